"""The devices that trainings hold, one each."""

from __future__ import annotations

import os
import shutil
import subprocess

LIMIT = "gpu"
LEASE_SECONDS = 60.0


def devices() -> list[str]:
    """Return what to say to each training about its device; with one device or none there is nothing to say: [""]."""
    count = counted()
    return [f"cuda:{number}" for number in range(count)] if count > 1 else [""]


def counted() -> int:
    """Return how many CUDA devices a process started here sees; torch, which is slow to import, is not asked."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([each for each in visible.split(",") if each.strip() not in ("", "-1")])
    if not shutil.which("nvidia-smi"):
        return 0
    listed = subprocess.run(["nvidia-smi", "--list-gpus"], capture_output=True, text=True, check=False)
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines())
