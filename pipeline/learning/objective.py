"""The objective: a weighted sum of losses, each handed the fields it names; weights may follow a course."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from pipeline.errors import LearningError
from pipeline.fields import LEVELS, needs, pick
from pipeline.kinds import Fields, Loss, Weighted


class Objective(nn.Module):
    """A weighted sum of losses; until ``pace`` is called, as at the beginning of the training.

    A loss of a pyramid's level is left out of batches whose scale lacks that level.

    Args:
        losses: the losses by name; ``fields`` of one renames what it reads, its weight follows its ``course``.

    Raises:
        LearningError: when a loss has the name of the sum, or a field is renamed that the loss does not read.
    """

    def __init__(self, losses: Mapping[str, Weighted[Loss]]) -> None:
        super().__init__()
        _require_sense(losses)
        self.parts = {name: each.part for name, each in losses.items()}
        self.moved = nn.ModuleList(self.parts.values())  # not by name: `half` and `type` are words of torch's modules
        self.full = {name: each.weight for name, each in losses.items()}
        self.courses = {name: each.course for name, each in losses.items() if each.course}
        self.weights = dict(self.full)
        self.pace(0.0)
        self.wanted = {
            name: {argument: each.fields.get(argument, argument) for argument in needs(each.part.forward)}
            for name, each in losses.items()
        }

    @property
    def reads(self) -> set[str]:
        """The fields that the losses read."""
        return {field for wanted in self.wanted.values() for field in wanted.values()}

    def pace(self, progress: float) -> None:
        """Set the weights that follow a course to what they are at ``progress`` in [0, 1)."""
        for name, course in self.courses.items():
            self.weights[name] = self.full[name] * course(progress)

    def of(self, batch: Fields) -> dict[str, Tensor]:
        """Return each loss, and their weighted sum as ``loss``, as 0-d tensors.

        Raises:
            LearningError: the scale of ``batch`` has none of the levels that are compared.
        """
        values = {name: self._value(name, batch) for name in self.parts if not self._lacks_level(name, batch)}
        if not values:
            raise LearningError("losses: the scale of a batch has no level that one of them reads; add one of `hr_y`")
        total = torch.stack([self.weights[name] * value for name, value in values.items()]).sum()
        return {**values, "loss": total}

    def _lacks_level(self, name: str, batch: Fields) -> bool:
        return any(field in LEVELS and field not in batch for field in self.wanted[name].values())

    def _value(self, name: str, batch: Fields) -> Tensor:
        wanted = self.wanted[name]
        values = pick(tuple(wanted.values()), batch, f"loss `{name}`")
        loss: Tensor = self.parts[name](**{argument: values[field] for argument, field in wanted.items()})
        return loss


def _require_sense(losses: Mapping[str, Weighted[Loss]]) -> None:
    if "loss" in losses:
        raise LearningError("losses: `loss` is the name of their sum; give yours another name and `name: <loss>`")
    for name, each in losses.items():
        read = needs(each.part.forward)
        idle = sorted(each.fields.keys() - set(read))
        if idle:
            raise LearningError(f"losses.{name}.fields: renames {idle}; the loss reads {list(read)}")
