"""Handing a network the fields it reads, and taking what it returns as fields."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from pipeline.errors import LearningError
from pipeline.fields import needs, pick
from pipeline.kinds import Fields, Network


class Handing:
    """Calls ``network`` on a batch; what it reads is learnt once, from the bare network.

    Args:
        network: the network; it returns a tensor (``gives``) or a dict of named fields.
        gives: the name of a bare tensor it returns.
    """

    def __init__(self, network: Network, gives: str = "sr") -> None:
        self.network = network
        self.gives = gives
        self.reads = needs(network.forward)

    def __call__(self, batch: Fields) -> Fields:
        """Return the fields that the network makes of ``batch``."""
        given = pick(self.reads, batch, type(self.network).__name__)
        output = self.network(**{name: _read(value) for name, value in given.items()})
        return {self.gives: output} if isinstance(output, Tensor) else dict(output)


def scale_of(network: Network) -> float:
    """Return HR pixels per LR pixel of ``network``.

    Raises:
        LearningError: it has several.
    """
    scale = getattr(network, "scale", None)
    if not isinstance(scale, int | float):
        raise LearningError(f"the network `{type(network).__name__}` has no scale of its own; this needs one that has")
    return scale


def scale_for(network: Network, wanted: float | None) -> float:
    """Return the scale by which ``network`` is to enlarge: ``wanted``, or its own where nothing is.

    Raises:
        LearningError: it does not enlarge by ``wanted``, or has several scales and none is wanted.
    """
    name = f"the network `{type(network).__name__}`"
    if anywhere(network):
        if wanted is None or wanted < 1:
            raise LearningError(f"SCALE: {name} enlarges by any number from 1 on; say one, as in SCALE=3.7")
        return wanted
    known = getattr(network, "scales", None) or (scale_of(network),)
    if wanted is None and len(known) == 1:
        return float(known[0]) if isinstance(known[0], float) else int(known[0])
    if wanted not in known:
        said = "none is said" if wanted is None else f"not by {wanted}"
        raise LearningError(f"SCALE: {name} enlarges by {' or '.join(map(str, known))}; {said}")
    return next(each for each in known if each == wanted)


def anywhere(network: Network) -> bool:
    """Tell whether ``network`` restores at any points that it is told, and so by any scale."""
    return "coord" in needs(network.forward)


def _read(value: Tensor) -> Any:
    """Return a field as a network takes it: a number as one of Python's, so that compiling knows it."""
    return value if value.ndim else value.item()
