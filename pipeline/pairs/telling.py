"""What was drawn for an image, in a few words a link: ``blur 1.8 x 0.7 @ 34°``, ``noise 8.2/255``, ``jpeg 61``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pipeline.degradations.blur import Blur
from pipeline.degradations.chain import Chain
from pipeline.degradations.colour import Colour
from pipeline.degradations.decimate import Decimate
from pipeline.degradations.disk import Disk
from pipeline.degradations.jpeg import JPEG
from pipeline.degradations.kernel import Kernel
from pipeline.degradations.maybe import Maybe
from pipeline.degradations.motion import Motion
from pipeline.degradations.noise import Noise
from pipeline.degradations.one_of import OneOf
from pipeline.degradations.poisson import Poisson
from pipeline.degradations.repeat import Repeat
from pipeline.degradations.resize import Resize
from pipeline.degradations.shuffled import Shuffled
from pipeline.degradations.sinc import Sinc
from pipeline.degradations.speckle import Speckle
from pipeline.degradations.varying import Varying
from pipeline.degradations.webp import WebP
from pipeline.kinds import Drawn, Link

SHORT, LONG = 4, 24
"""Numbers of a list, and characters of a text, that are told; a longer one is no reading matter."""


def told(link: Link, drawn: Drawn) -> list[str]:
    """Return a few words for each link that acts as ``drawn``, first to last; sizes are width x height, in pixels."""
    inner = _inner(link, drawn)
    if inner is None:
        return [_words(link, drawn)]
    words = [words for each in inner for words in told(*each)]
    if isinstance(link, Varying):
        words = [f"varying [{words[0]}", *words[1:]]
        words[-1] += "]"
    return words


def _inner(link: Link, drawn: Drawn) -> Iterable[tuple[Link, Drawn]] | None:
    """Return the links that ``link`` runs, each with its own draw; None for one that acts itself."""
    if isinstance(link, OneOf):
        return [(link.links[drawn["chosen"]], drawn["drawn"])]
    if isinstance(link, Maybe):
        return [] if drawn["links"] is None else [(link.chain, drawn)]
    if isinstance(link, Shuffled):
        return zip([link.links[each] for each in drawn["order"]], drawn["links"], strict=True)
    if isinstance(link, Repeat):
        return zip(link.links * drawn["times"], drawn["links"], strict=True)
    return zip(link.links, drawn["links"], strict=True) if isinstance(link, Chain | Varying) else None


def _words(link: Link, drawn: Drawn) -> str:
    found = [words for kind, words in WORDS.items() if isinstance(link, kind)]
    return found[0](drawn) if found else " ".join([_name(link), *_plain(drawn)])


def _name(link: Link) -> str:
    return type(link).__module__.rpartition(".")[2].replace("_", " ")


def _plain(drawn: Mapping[str, Any]) -> Iterator[str]:
    """Yield the draw of a link that has no words of its own: its names and numbers, seeds left out."""
    for key, value in drawn.items():
        if isinstance(value, str) and len(value) <= LONG:
            yield value
        elif value is True:
            yield key
        elif isinstance(value, int | float) and not isinstance(value, bool) and "seed" not in key:
            yield f"{key} {value:.3g}"
        elif isinstance(value, list) and len(value) <= SHORT and all(isinstance(each, int | float) for each in value):
            yield f"{key} {' x '.join(f'{each:.3g}' for each in value)}"


def _blur(drawn: Drawn) -> str:
    first, last = (f"{drawn['sigma'][each]:.1f}" for each in (0, -1))
    beta = "" if drawn["beta"] == 1 else f" beta {drawn['beta']:.1f}"
    return f"blur {first}{beta}" if first == last else f"blur {first} x {last} @ {drawn['angle']:.0f}°{beta}"


def _noise(drawn: Drawn) -> str:
    kind = " grey" if drawn["grey"] else " mixed" if drawn["mixture"] is not None else ""
    return f"noise {255 * drawn['sigma']:.1f}/255{kind}"


def _colour(drawn: Drawn) -> str:
    factors = " ".join(f"{drawn[name]:.2f}" for name in ("brightness", "contrast", "saturation"))
    return f"colour {factors} @ {drawn['hue']:.0f}°"


WORDS: Mapping[type[Link], Callable[[Drawn], str]] = {
    Blur: _blur,
    Colour: _colour,
    Decimate: lambda _: "decimate",
    Disk: lambda drawn: f"disk {drawn['radius']:.1f}",
    JPEG: lambda drawn: f"jpeg {drawn['quality']}",
    Kernel: lambda drawn: f"kernel {drawn['index']}",
    Motion: lambda drawn: f"motion {drawn['length']:.1f} @ {drawn['angle']:.0f}°{' shake' * ('seed' in drawn)}",
    Noise: _noise,
    Poisson: lambda drawn: f"poisson {drawn['scale']:.2f}{' grey' * drawn['grey']}",
    Resize: lambda drawn: f"resize {drawn['size'][1]}x{drawn['size'][0]}",
    Sinc: lambda drawn: f"sinc {drawn['cutoff']:.2f}",
    Speckle: lambda drawn: f"speckle {100 * drawn['sigma']:.0f} %{' grey' * drawn['grey']}",
    WebP: lambda drawn: f"webp {drawn['quality']}",
}
"""What to say of those with a unit; others are told by their names and numbers."""
