"""Optimizers over a network: its parts may learn at paces of their own, and gradients may be clipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from torch import optim

from pipeline.errors import LearningError
from pipeline.kinds import Clip, Network, Optimizer

Hook: TypeAlias = Callable[[optim.Optimizer, tuple[Any, ...], dict[str, Any]], None]
"""What torch calls before an optimizer's step."""


def over(optimizer: Optimizer, network: Network, paces: Mapping[str, float]) -> optim.Optimizer:
    """Make ``optimizer`` over the parameters of ``network``, its clip going before each of its steps.

    Args:
        paces: multiples of the optimizer's rate by prefix of the parameter's name; the longest prefix counts.

    Raises:
        LearningError: when there is nothing to learn, or a prefix matches no parameter.
    """
    if not any(True for _ in network.parameters()):
        raise LearningError("network: has no weights to learn; use the recipe `fixed` with `steps: 0`")
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise LearningError("network: has no weights that learn by gradients; use the recipe `sparse_coding`")
    groups: dict[str, list[Any]] = {"": [], **{prefix: [] for prefix in paces}}
    for name, parameter in network.named_parameters():
        fitting = [prefix for prefix in groups if name.startswith(prefix)]
        groups[max(fitting, key=len)].append(parameter)
    idle = [prefix for prefix in paces if not groups[prefix]]
    if idle:
        layers = sorted({name.split(".")[0] for name, _ in network.named_parameters()})
        raise LearningError(f"paces: no parameter begins with {idle}; the network has {', '.join(layers)}")
    made = optimizer(
        {"params": parameters, "pace": paces.get(prefix, 1.0)} for prefix, parameters in groups.items() if parameters
    )
    for group in made.param_groups:
        group["initial_lr"] = group["lr"] = group["lr"] * group["pace"]
    if optimizer.clip:
        made.register_step_pre_hook(_clipping(optimizer.clip))
    return made


def _clipping(clip: Clip) -> Hook:
    def before(made: optim.Optimizer, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        clip(made.param_groups)

    return before
