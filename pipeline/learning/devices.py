"""Choosing the device, and what the processor is called."""

import platform
from pathlib import Path

import torch

from pipeline.errors import LearningError


def device_of(wish: str) -> torch.device:
    """Return the device for ``auto`` (CUDA where there is one), ``cpu``, ``cuda`` or ``cuda:1``; never another one."""
    if wish == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if wish.startswith("cuda") and not torch.cuda.is_available():
        raise LearningError(f"SR_DEVICE: is `{wish}`, but torch sees no CUDA device; use `auto` or `cpu`")
    try:
        return torch.device(wish)
    except RuntimeError:
        raise LearningError(f"SR_DEVICE: `{wish}` is no device; use `auto`, `cpu`, `cuda` or `cuda:0`") from None


def processor() -> str:
    """Return what this machine's processor calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
