"""The processes that learn together: each takes its share of every batch, all move by the mean gradient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.distributed import PrefixStore  # type: ignore[attr-defined]  # torch names it in no __all__
from torch.distributed.rendezvous import rendezvous

from pipeline.errors import LearningError


@dataclass(frozen=True)
class Ranks:
    """Who one process is among those that learn one model.

    Args:
        own: the number of this process, from 0, which writes what is kept.
        count: how many there are.
    """

    own: int
    count: int

    @property
    def leads(self) -> bool:
        """Whether this process writes the files."""
        return self.own == 0

    def part(self, size: int) -> range:
        """Return which samples of a batch of ``size`` are this process's.

        Raises:
            LearningError: when they do not divide evenly.
        """
        if size % self.count:
            raise LearningError(
                f"batch: {size} samples do not divide evenly among the {self.count} devices of SR_DEVICE"
            )
        share = size // self.count
        return range(self.own * share, (self.own + 1) * share)

    def share(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace the gradients of ``parameters`` by their mean over all processes."""
        if self.count > 1:
            gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
            self._average(gradients)

    def mean(self, scalars: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the means of 0-d ``scalars`` over all processes."""
        if self.count == 1:
            return dict(scalars)
        values = [value.detach().clone() for value in scalars.values()]
        self._average(values)
        return dict(zip(scalars, values, strict=True))

    def wait(self) -> None:
        """Wait until every process has come here."""
        if self.count > 1:
            distributed.barrier()

    def _average(self, tensors: list[Tensor]) -> None:
        if not tensors:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        distributed.all_reduce(flat)
        flat /= self.count
        parts = torch.split(flat, [tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))


ALONE = Ranks(0, 1)
"""One process that learns by itself."""


@contextmanager
def joined(own: int, count: int, attempt: str, device: torch.device) -> Iterator[Ranks]:
    """Meet the other processes that torchrun has started, and part from them at the end.

    Args:
        own, count: this process's number, and how many there are.
        attempt: which start of the processes this is. torch keeps the addresses of those that were killed, and whoever
            is started again would look for them for ever.
    """
    if count == 1:
        yield ALONE
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    store, _, _ = next(rendezvous("env://", own, count))
    store = PrefixStore(f"attempt-{attempt}", store)
    backend = "nccl" if device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, store=store, rank=own, world_size=count)
    try:
        yield Ranks(own, count)
    finally:
        distributed.destroy_process_group()
