"""The running average of weights."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class Average:
    """An exponential average of the weights and buffers of ``modules``, kept beside them.

    Its memory grows with the training, so that the first weights, which know nothing, do not outlive their time: in
    step n the share that stays is at most (1 + n) / (10 + n), as in TensorFlow's ``ExponentialMovingAverage``.

    Args:
        modules: what is averaged.
        decay: the share of the old average that stays in a step.
    """

    def __init__(self, modules: Mapping[str, nn.Module], decay: float) -> None:
        self.modules = modules
        self.decay = decay
        self.values = {name: tensor.detach().clone() for name, tensor in self._current().items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move the average towards the weights of ``step``, from 0; whole numbers (counters) are taken over."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, tensor in self._current().items():
            if tensor.is_floating_point():
                self.values[name].lerp_(tensor, 1 - decay)
            else:
                self.values[name].copy_(tensor)

    def apply(self) -> None:
        """Put the average in the place of the present weights."""
        for name, module in self.modules.items():
            prefix = f"{name}."
            module.load_state_dict({k[len(prefix) :]: v for k, v in self.values.items() if k.startswith(prefix)})

    def _current(self) -> dict[str, Tensor]:
        return {
            f"{name}.{key}": value
            for name, module in self.modules.items()
            for key, value in module.state_dict().items()
        }
