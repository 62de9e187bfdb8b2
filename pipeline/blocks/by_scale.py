"""Parts of a network of several scales of which each scale has its own."""

from collections.abc import Callable, Iterable

from torch import Tensor, nn

from pipeline.errors import LearningError


class ByScale(nn.ModuleDict):
    """Runs the part of one scale.

    Args:
        scales: those that there are.
        make: makes the part of a scale.
    """

    def __init__(self, scales: Iterable[int], make: Callable[[int], nn.Module]) -> None:
        super().__init__({str(each): make(each) for each in scales})

    def forward(self, features: Tensor, scale: int) -> Tensor:
        """Return what the part of ``scale`` makes of ``features``.

        Raises:
            LearningError: there is none.
        """
        for each, part in self.items():
            if scale == int(each):  # a comparison, so that a compiler makes a graph for each scale
                made: Tensor = part(features)
                return made
        raise unknown(scale, self)


def unknown(scale: int, known: Iterable[object]) -> LearningError:
    """Return what is said of a scale that a network of several does not know."""
    return LearningError(f"scale: is {scale}, but the network knows {', '.join(map(str, known))}")
