"""What the engine chose: the precision of the forward pass, the layout of its tensors, and whether it is compiled."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.util import find_spec

import torch
from torch import Tensor, nn, optim

from pipeline.errors import LearningError
from pipeline.images.colour import to_float
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
        graphs: whether a GPU replays what was compiled as CUDA graphs.
    """

    device: torch.device
    precision: str
    compiled: bool
    graphs: bool = False

    def prepare(self, networks: Iterable[nn.Module], optimizers: Iterable[optim.Optimizer] = ()) -> None:
        """Bring bare ``networks``, on the device already, into the layout, and compile them in place.

        The optimizers move all weights in one pass where that need not equal their fp32 path on the CPU to the bit.
        """
        for network in networks:
            if self.precision == "bf16":
                network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch forgets this form
            if self.compiled:
                network.compile(mode="reduce-overhead" if self.graphs else "default")
        if self.precision == "bf16" or self.device.type == "cuda":
            for optimizer in optimizers:
                _fuse(optimizer)

    def begin(self) -> None:
        """Say that a step begins: what the graphs returned in the step before may be overwritten."""
        if self.graphs:
            torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]  # torch leaves it untyped

    def forward(self) -> AbstractContextManager[object]:
        """Return the context in which networks and losses run; not the backward pass."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")

    def take(self, pixels: Tensor) -> Tensor:
        """Return a field of a batch on the device and in the layout: float32, levels (uint8) brought to [0, 1].

        A number, which has no dimension, stays where it is: whoever reads it must not wait for a device.
        """
        if not pixels.ndim:
            return pixels
        there = self.laid(pixels.to(self.device))
        if there.dtype != torch.uint8:
            return there
        if self.device.type == "cpu":
            return torch.from_numpy(to_float(there.numpy()))
        return there.to(torch.float32).div_(_levels(self.device))

    def laid(self, field: Tensor) -> Tensor:
        """Return ``field`` in the layout: the channels of an image last in memory where that is faster."""
        last = self.precision == "bf16" and field.ndim == IMAGE
        return field.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)


PLAIN = Arithmetic(torch.device("cpu"), "fp32", compiled=False)
"""fp32 on the CPU, not compiled."""


def choose(engine: Engine, device: torch.device, model: str, networks: Iterable[nn.Module] = ()) -> Arithmetic:
    """Turn ``auto`` into what suits ``device`` and ``networks``, and log what was chosen and why.

    A network that loses quality in bf16 says so beside itself, as ``bf16_harms = True`` of its class;
    `tests/test_precision.py` measures those that do and those that do not.

    Raises:
        LearningError: compiling is asked for and cannot be done here.
    """
    harmed = any(getattr(network, "bf16_harms", False) for network in networks)
    precision, why_precision = _precision(engine, device, harmed=harmed)
    compiled, why_compiled = _compiled(engine, device)
    log.info(
        "%s: %s (%s), %s (%s)",
        model,
        precision,
        why_precision,
        "compiled" if compiled else "eager",
        why_compiled,
    )
    return Arithmetic(device, precision, compiled, graphs=engine.compile == "graphs")


def _fuse(optimizer: optim.Optimizer) -> None:
    """Have ``optimizer``, which has not stepped yet, use torch's fused kernels if it has them."""
    if "fused" in optimizer.defaults:
        for group in optimizer.param_groups:
            group["fused"] = True


def _levels(device: torch.device) -> Tensor:
    """Return 255 as a tensor: by a bare number a GPU multiplies with the inverse, which is not the same."""
    return torch.full((), 255.0, device=device)


def _precision(engine: Engine, device: torch.device, *, harmed: bool) -> tuple[str, str]:
    if engine.precision == "bf16" and harmed:
        return "bf16", "as params.yaml says, though it harms the network"
    if engine.precision != "auto":
        return engine.precision, "as params.yaml says"
    if harmed:
        return "fp32", "bf16 harms the network"
    if device.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
        return ("bf16", "the GPU computes in it") if fast else ("fp32", "the GPU does not compute in bf16")
    able = torch.cpu.get_capabilities()
    fast = any(able.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    return ("bf16", "the processor computes in it") if fast else ("fp32", "the processor does not compute in bf16")


def _compiled(engine: Engine, device: torch.device) -> tuple[bool, str]:
    if engine.compile == "off":
        return False, "as params.yaml says"
    obstacle = "there is no GPU" if engine.compile == "graphs" and device.type != "cuda" else _obstacle(device)
    if obstacle is None:
        return True, "a compiler is there" if engine.compile == "auto" else "as params.yaml says"
    if engine.compile != "auto":
        raise LearningError(f"engine.compile: is `{engine.compile}`, but {obstacle}; use `auto` or `off`")
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
