"""What the loop, evaluation and the checkpoint know of a recipe."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

from torch import Tensor, nn, optim

from pipeline.errors import LearningError
from pipeline.fields import needs
from pipeline.kinds import Fields, Schedule
from pipeline.learning.arithmetic import PLAIN, Arithmetic
from pipeline.learning.ranks import ALONE, Ranks

Scalars: TypeAlias = dict[str, Tensor]


class Recipe(nn.Module, ABC):
    """A way of learning: it owns its networks and its optimizers.

    ``keeps`` names the networks that a model folder holds; the first is the one that maps LR to SR. ``borrowed`` are
    those of them that do not learn, whose weights come by ``start``. ``arithmetic`` is what forward passes of ``step``
    and ``judge`` run in, ``accumulate`` the parts in which a batch is taken where memory is short, ``ranks`` the
    processes that learn together. ``looks_far`` says that ``restore`` looks at the whole image, whatever the network's
    reach, so that an image must not be restored in tiles; ``learns_in_restore`` that it learns there, where no loss is
    handed the weights of others. ``turns`` is how many batches a step takes, one after the other in the fields it is
    handed; ``critics`` are the networks that learn with the others and are not kept.
    """

    keeps: tuple[str, ...] = ("network",)
    borrowed: tuple[str, ...] = ()
    looks_far: ClassVar[bool] = False
    learns_in_restore: ClassVar[bool] = False
    turns: int = 1
    arithmetic: Arithmetic = PLAIN
    accumulate: int = 1
    ranks: Ranks = ALONE
    schedule: Schedule
    optimizers: Mapping[str, optim.Optimizer]

    def __init__(self) -> None:
        super().__init__()
        self.optimizers = {}

    @property
    def critics(self) -> list[nn.Module]:
        """The networks that only the training needs."""
        return []

    @property
    def given(self) -> tuple[str, ...]:
        """The fields that ``restore`` reads: those of the first network."""
        return needs(getattr(self, self.keeps[0]).forward)

    @property
    @abstractmethod
    def reads(self) -> set[str]:
        """The fields a batch must hold for ``step``."""

    @abstractmethod
    def restore(self, batch: Fields) -> Fields:
        """Return what the model makes of ``batch``: ``sr``, or ``sr_y`` of a luma network, in [0, 1]."""

    def step(self, batch: Fields) -> Scalars:
        """Learn once from ``batch``; return detached 0-d tensors worth plotting, ``loss`` among them."""
        raise LearningError(f"the recipe `{type(self).__name__.lower()}` does not learn in training; set `steps: 0`")

    def judge(self, batch: Fields) -> Scalars:
        """Return the losses on held-out ``batch`` without learning; nothing if the recipe has no such thing."""
        return {}

    def pace(self, progress: float) -> float:
        """Set every learning rate for ``progress`` in [0, 1); return the factor, 1 where nothing learns."""
        factor = self.schedule(progress) if self.optimizers else 1.0
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * factor
        return factor

    def forget(self, *names: str) -> None:
        """Drop the gradients of the step before, those of the optimizers ``names``; of all where none is named."""
        for name in names or self.optimizers:
            self.optimizers[name].zero_grad(set_to_none=True)

    def move(self, *names: str) -> None:
        """Move the parameters of the optimizers ``names``, of all where none is named, by gradients all ranks share."""
        for name in names or self.optimizers:
            optimizer = self.optimizers[name]
            self.ranks.share(parameter for group in optimizer.param_groups for parameter in group["params"])
            optimizer.step()

    def descend(self, loss: Tensor) -> None:
        """Move every optimizer's parameters one step down ``loss``."""
        self.forget()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self.move()

    def progress_state(self) -> dict[str, Any]:
        """Return all that must survive a kill: networks, critics, optimizers."""
        optimizers = {name: each.state_dict() for name, each in self.optimizers.items()}
        return {"modules": self.state_dict(), "optimizers": optimizers}

    def load_progress_state(self, state: Mapping[str, Any]) -> None:
        """Continue from what ``progress_state`` returned."""
        self.load_state_dict(state["modules"])
        for name, each in self.optimizers.items():
            each.load_state_dict(state["optimizers"][name])


def parts_of(batch: Fields, count: int) -> list[Fields]:
    """Cut ``batch`` into ``count`` equal parts, in their order; what is one for all samples goes into each.

    Raises:
        LearningError: when the samples do not divide.
    """
    size = max(len(field) for field in batch.values() if field.ndim)
    if size % count:
        raise LearningError(f"accumulate: a batch of {size} samples does not divide into {count} equal parts")
    own = {name for name, field in batch.items() if field.ndim and len(field) == size}
    cuts = {name: field.chunk(count) if name in own else [field] * count for name, field in batch.items()}
    return [{name: chunks[number] for name, chunks in cuts.items()} for number in range(count)]
