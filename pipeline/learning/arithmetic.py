"""What the engine chose: the precision of the forward pass, the layout of its tensors, and whether it is compiled."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.util import find_spec

import torch
from torch import Tensor, nn

from pipeline.errors import LearningError
from pipeline.learning.settings import Engine

log = logging.getLogger(__name__)

IMAGE = 4
"""The dimensions of a batch of images (B, C, H, W), which have a memory format."""


@dataclass(frozen=True)
class Arithmetic:
    """How forward passes run.

    Args:
        device: where.
        precision: ``fp32`` or ``bf16``.
        compiled: whether networks are compiled.
    """

    device: torch.device
    precision: str
    compiled: bool

    def prepare(self, networks: Iterable[nn.Module]) -> None:
        """Bring bare ``networks``, on the device already, into the layout, and compile them in place."""
        for network in networks:
            if self.precision == "bf16":
                network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch forgets this form
            if self.compiled:
                network.compile()

    def forward(self) -> AbstractContextManager[object]:
        """Return the context in which networks and losses run; not the backward pass."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")

    def take(self, pixels: Tensor) -> Tensor:
        """Return a field of a batch on the device and in the layout: float32, levels (uint8) brought to [0, 1]."""
        there = self.laid(pixels.to(self.device))
        return there / _levels(self.device) if there.dtype == torch.uint8 else there

    def laid(self, field: Tensor) -> Tensor:
        """Return ``field`` in the layout: the channels of an image last in memory where that is faster."""
        last = self.precision == "bf16" and field.ndim == IMAGE
        return field.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)


PLAIN = Arithmetic(torch.device("cpu"), "fp32", compiled=False)
"""fp32 on the CPU, not compiled."""


def choose(engine: Engine, device: torch.device, model: str) -> Arithmetic:
    """Turn ``auto`` into what suits ``device``, and log what was chosen and why.

    Raises:
        LearningError: compiling is asked for and cannot be done here.
    """
    precision, why_precision = _precision(engine, device)
    compiled, why_compiled = _compiled(engine, device)
    log.info(
        "%s: %s (%s), %s (%s)",
        model,
        precision,
        why_precision,
        "compiled" if compiled else "eager",
        why_compiled,
    )
    return Arithmetic(device, precision, compiled)


def _levels(device: torch.device) -> Tensor:
    """Return 255 as a tensor: by a bare number a GPU multiplies with the inverse, which is not the same."""
    return torch.full((), 255.0, device=device)


def _precision(engine: Engine, device: torch.device) -> tuple[str, str]:
    if engine.precision != "auto":
        return engine.precision, "as params.yaml says"
    if device.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
        return ("bf16", "the GPU computes in it") if fast else ("fp32", "the GPU does not compute in bf16")
    able = torch.cpu.get_capabilities()
    fast = any(able.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    return ("bf16", "the processor computes in it") if fast else ("fp32", "the processor does not compute in bf16")


def _compiled(engine: Engine, device: torch.device) -> tuple[bool, str]:
    if engine.compile == "off":
        return False, "as params.yaml says"
    obstacle = _obstacle(device)
    if obstacle is None:
        return True, "as params.yaml says" if engine.compile == "on" else "a compiler is there"
    if engine.compile == "on":
        raise LearningError(f"engine.compile: is `on`, but {obstacle}; use `auto` or `off`")
    return False, obstacle


def _obstacle(device: torch.device) -> str | None:
    """Return why nothing can be compiled for ``device``, or None."""
    if device.type == "cuda":
        return None if find_spec("triton") else "triton is not installed"
    from torch._inductor.cpp_builder import get_cpp_compiler  # costs a second, and only training needs it
    from torch._inductor.exc import InvalidCxxCompiler

    try:
        get_cpp_compiler()
    except InvalidCxxCompiler:
        return "there is no C++ compiler"
    return None
