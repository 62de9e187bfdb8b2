"""What chance decides for an image of pairs, and that the chain then ends at the LR size: known before any work."""

from __future__ import annotations

from pathlib import Path

from pipeline.degradations.chain import Chain
from pipeline.errors import DataError, PipelineError
from pipeline.kinds import Drawn, Link, Size
from pipeline.lookup import build
from pipeline.pairs.settings import Pairs
from pipeline.randomness import generator


def chain_of(settings: Pairs, learner: Path, own: Path | None) -> Chain:
    """Build the chain of a pairs entry.

    Args:
        learner: the folder of the model that a ``learned`` link runs.
        own: the folder of the user's own files, where a link reads one.
    """
    assert isinstance(settings.degradation, list), "`given` has no chain"
    return Chain([build("degradations", link, learner=learner, own=own) for link in settings.degradation])


def draw(chain: Link, key: tuple[int | str, ...], target: Size, scale: int) -> Drawn:
    """Return what chance decides for an image whose LR image has the size ``target``.

    Args:
        key: what chance depends on: (seed, pairs name, image key), and whatever tells several draws apart.
        scale: HR pixels per LR pixel.

    Raises:
        DataError: the chain would end at another size, or cannot run on such an image.
    """
    place, image = f"pairs.{key[1]}.degradation", key[2]
    size = (target[0] * scale, target[1] * scale)
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
