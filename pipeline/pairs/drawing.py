"""What chance decides for an image of pairs, and that the chain then ends at the LR size: known before any work."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pipeline.errors import DataError, PipelineError, told_at
from pipeline.images.scale import high
from pipeline.kinds import Drawn, Link, Size, Spec
from pipeline.lookup import build, named
from pipeline.randomness import generator


def chain_of(name: str, links: Literal["given"] | Iterable[Spec], *, learner: Path | None, own: Path | None) -> Link:
    """Build the chain of the pairs ``name``, by its name as any link: who imports this need not have it.

    Args:
        links: each as ``{name: blur, options}``.
        learner: the folder of the model that a ``learned`` link runs; None where there is none.
        own: the folder of the user's own files, where a link reads one.

    Raises:
        PipelineError: a link cannot be built: of a file that cannot be used, or a transform that is not there.
    """
    assert not isinstance(links, str), "`given` has no chain"
    with told_at(place_of(name)):
        whole = {"name": "chain", "links": [named(link) for link in links]}
        chain: Link = build("degradations", whole, learner=learner, own=own)
        return chain


def place_of(name: str) -> str:
    """Return where in params.yaml the chain of the pairs ``name`` stands."""
    return f"pairs.{name}.degradation"


def draw(chain: Link, key: tuple[int | str, ...], target: Size, scale: float) -> Drawn:
    """Return what chance decides for an image whose LR image has the size ``target``.

    Args:
        key: what chance depends on: (seed, pairs name, image key), and whatever tells several draws apart.
        scale: HR pixels per LR pixel.

    Raises:
        DataError: the chain would end at another size, or cannot run on such an image.
    """
    place, image = place_of(str(key[1])), key[2]
    size = high(target, scale)
    try:
        drawn = chain.draw(generator(*key), size, target)
    except PipelineError as error:
        raise DataError(f"{place}: {image}: {error}") from None
    leaves = chain.after(size, drawn)
    if leaves != target:
        raise DataError(
            f"{place}: leaves {leaves[0]}x{leaves[1]} of {image}, not the LR size {target[0]}x{target[1]}; end the "
            "chain with `resize: {to: target, kernel: bicubic}`"
        )
    return drawn
