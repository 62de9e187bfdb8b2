"""The machine of a benchmark: what it is, and the most that it does in a second."""

from __future__ import annotations

import datetime
import platform
from importlib.metadata import version
from typing import Any

import numpy as np
import torch

from bench.work import seconds
from pipeline.learning.devices import processor

SIDE = 2048
"""Rows and columns of the matrices whose product is timed."""
BYTES = 512 * 2**20
"""Size of the array whose copy is timed."""
TRIES = 5


def facts() -> dict[str, Any]:
    """Return date, processor, threads and versions."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": processor(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "numpy", "opencv-python-headless")},
    }


def peaks() -> dict[str, float]:
    """Return the best of some tries: TFLOP/s of large products, GB/s (read and written) of a large copy."""
    products = {}
    for name, kind in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        matrix = torch.ones(SIDE, SIDE, dtype=kind)
        best = min(seconds(lambda given=matrix: given @ given) for _ in range(TRIES))  # type: ignore[misc]
        products[f"{name} TFLOP/s"] = round(2 * SIDE**3 / best / 1e12, 2)
    array = np.ones(BYTES, np.uint8)
    target = torch.empty(BYTES, dtype=torch.uint8)
    best = min(seconds(lambda: target.copy_(torch.from_numpy(array))) for _ in range(TRIES))
    return {**products, "GB/s": round(2 * BYTES / best / 1e9, 1)}
