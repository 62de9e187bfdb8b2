"""The kinds of part: what a constructor may ask for, and the room in which parts of that kind live."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn, optim

    Network: TypeAlias = nn.Module
    Loss: TypeAlias = nn.Module
    Recipe: TypeAlias = nn.Module
else:  # annotations alone name these, and a stage without torch reads annotations too
    Network = Loss = Recipe = object

ROOMS = {
    "Network": "networks",
    "Recipe": "recipes",
    "Loss": "losses",
    "Game": "games",
    "Metric": "metrics",
    "Link": "degradations",
    "Augmentation": "augmentations",
    "Source": "sources",
    "Optimizer": "optimizers",
    "Clip": "clips",
    "Schedule": "schedules",
    "Layout": "layouts",
}

SCRATCH = "scratch"
"""Stands in params.yaml for no model at all, where a model could be named."""

Fields: TypeAlias = "dict[str, Tensor]"
Size: TypeAlias = tuple[int, int]
Drawn: TypeAlias = dict[str, Any]
Spec: TypeAlias = Mapping[str, Any]

Part = TypeVar("Part")

Supplied: TypeAlias = Annotated[Part, "by whoever builds the part; params.yaml cannot say it here"]
Bare: TypeAlias = Annotated[Part, "a part without options, written as its name alone"]

SHORT, LONG = 4, 24
"""Numbers of a list, and characters of a text, that are told of a draw; a longer one is no reading matter."""


class Described(dict[str, Any], Generic[Part]):
    """A part as params.yaml describes it, not built yet: ``{name: srcnn, scale: 2}``."""


@dataclass(frozen=True)
class Weighted(Generic[Part]):
    """A part with its weight.

    Args:
        part: the part.
        weight: its weight; that of a link is how likely it is among others.
        fields: the fields it reads under other names (``{sr: sr_y, hr: hr_y}``).
        course: what the weight of a loss is multiplied by over progress; None where it stays.
    """

    part: Part
    weight: float
    fields: Mapping[str, str] = field(default_factory=dict)
    course: Schedule | None = None


class Clip(ABC):
    """Bounds the gradients of an optimizer's parameters before each of its steps; it keeps no state."""

    @abstractmethod
    def __call__(self, groups: Sequence[Mapping[str, Any]]) -> None:
        """Bound in place the gradients of ``groups`` of torch's: ``params``, and ``lr``, their present rate."""


class Optimizer(Protocol):
    """Makes a torch optimizer over parameter groups; whoever has it made sees to it that ``clip`` goes before."""

    clip: Clip | None

    def __call__(self, groups: Iterable[dict[str, Any]]) -> optim.Optimizer:
        """Return the optimizer that will move the parameters of ``groups``."""


class Schedule(Protocol):
    """A function of progress: what a learning rate is multiplied by, or the weight of a loss."""

    def __call__(self, progress: float) -> float:
        """Return the factor at ``progress`` in [0, 1)."""


class Metric(Protocol):
    """A score; the names of its call's arguments are the fields it reads."""

    better: ClassVar[Literal["higher", "lower"]]
    unit: ClassVar[str]
    __call__: Callable[..., float]


class Game(ABC):
    """What a critic and the players play: a loss for each side, of the critic's raw outputs, float32 of any shape.

    ``relative``: the players' loss reads what the critic says of the real, too; another game's is handed nothing.
    """

    relative: ClassVar[bool] = False

    @abstractmethod
    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the critic's loss, 0-d, for what it says of the real and of the fake."""

    @abstractmethod
    def player(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the players' loss, 0-d; ``real`` is an empty tensor where the game is not ``relative``."""


@dataclass(frozen=True)
class Table:
    """How others name the tensors of one network.

    Args:
        renames: regular expressions of their names, and ours for what they match.
        data: tensors of theirs that are no weights, by name, with the values they must have; they are left out.
        zeros: a regular expression of those of ours that theirs do not have, as theirs add nothing there.
    """

    renames: Mapping[str, str]
    data: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    zeros: str = ""


class Layout:
    """How weights lie in the files of one group of authors.

    ``tables``: one for each network of theirs that is here, by its name here. ``inside``: the keys of the file under
    one of which the tensors lie, the better ones first; none where the file is the tensors itself.
    """

    tables: ClassVar[Mapping[str, Table]]
    inside: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True)
class Sample:
    """One image of a source: its key and its named planes, uint8 (H, W, C) or (T, H, W, C)."""

    key: str
    planes: Mapping[str, NDArray[np.uint8]]
    member: str = ""


@dataclass(frozen=True)
class Receipt:
    """What was fetched: which packing of a source, its size in bytes, and its sha256."""

    packing: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Store:
    """Where images, and weights that others have learnt, come from on this machine.

    Args:
        folder: the downloads.
        mirror: a folder or a URL prefix where archives are looked for first.
        own: the folder of the user's own images.
    """

    folder: Path
    mirror: str | None = None
    own: Path | None = None


class Source(ABC):
    """A data set: how it is had, and which samples it yields."""

    @abstractmethod
    def fetch(self, store: Store) -> Receipt:
        """Have the data set's archives at hand, whole and checked; raise SourceError when they cannot be had."""

    @abstractmethod
    def samples(self, store: Store) -> Iterator[Sample]:
        """Yield the samples in a fixed order, decoded from what ``fetch`` has found."""

    @abstractmethod
    def content(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]] | None:
        """Return ``{key: {plane: {"shape", "sha256"}}}`` of the decoded pixels, or None when never recorded."""


class Link(ABC):
    """One degradation: all chance is in ``draw``, ``apply`` is deterministic, ``after`` tells the size that leaves.

    Images are float32 (H, W, C) or clips (T, H, W, C) in [0, 1]; ``target`` is the LR size the chain must reach.
    Pairs are made in several threads at once, with the same links.
    """

    @abstractmethod
    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Return what chance decides for an image of ``size``, as values that JSON can hold."""

    @abstractmethod
    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Return ``image`` degraded as ``drawn`` says; nothing random here."""

    @abstractmethod
    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return the (height, width) that leaves when ``size`` enters."""

    def told(self, drawn: Drawn) -> list[str]:
        """Return a few words for each link that acts as ``drawn``, first to last; here names and numbers, no seeds.

        Sizes are width x height, in pixels: ``blur 1.8 x 0.7 @ 34°``, ``noise 8.2/255``, ``resize 48x32``.
        """
        name = type(self).__module__.rpartition(".")[2].replace("_", " ")
        return [" ".join([name, *_plain(drawn)])]


class Augmentation(ABC):
    """A change of patches that belong together: all chance is in ``draw``, ``apply`` is deterministic.

    Patches are uint8, or float32 in [0, 1], (H, W, C) or clips (T, H, W, C), by the names of their fields.
    """

    def barred(self, fields: Iterable[str]) -> list[str]:
        """Return those of ``fields`` beside which the change makes no sense."""
        return []

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Drawn:
        """Return what chance decides for one sample, as values that JSON can hold."""

    @abstractmethod
    def apply(self, patches: Mapping[str, NDArray[Any]], drawn: Drawn) -> dict[str, NDArray[Any]]:
        """Return ``patches`` changed as ``drawn`` says, each of its size; nothing random here."""


def _plain(drawn: Drawn) -> Iterator[str]:
    """Yield the short texts, the numbers with their names, and the names of what is so; seeds are left out."""
    for key, value in drawn.items():
        if isinstance(value, str) and len(value) <= LONG:
            yield value
        elif value is True:
            yield key
        elif isinstance(value, int | float) and not isinstance(value, bool) and "seed" not in key:
            yield f"{key} {value:.3g}"
        elif isinstance(value, list) and len(value) <= SHORT and all(isinstance(each, int | float) for each in value):
            yield f"{key} {' x '.join(f'{each:.3g}' for each in value)}"
