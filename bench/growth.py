"""How seconds and memory grow with the work: once to eight times as much, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
import torch

from bench.pictures import pairs_of, pictures
from bench.work import seconds
from pipeline.lookup import build
from pipeline.metrics.psnr_y8 import PsnrY8
from pipeline.metrics.ssim_y8 import SsimY8
from pipeline.restoring.enlarging import Enlarger, window_for
from pipeline.restoring.reach import reach_of

TIMES = (1, 2, 4, 8)
MEMORY = 64 * 2**20
"""Bytes of a tile's largest layer here, so that the smallest picture is several tiles already."""


@dataclass(frozen=True)
class Grown:
    """One work at several sizes.

    Args:
        work: what was done.
        points: the amount of work, its seconds, and the most MiB that its process held.
    """

    work: str
    points: tuple[tuple[float, float, float], ...]

    @property
    def slope(self) -> float:
        """The power of the amount with which the seconds grow."""
        amounts, times, _ = zip(*self.points, strict=True)
        slope, _ = np.polyfit([log(each) for each in amounts], [log(each) for each in times], 1)
        return float(slope)


def synthesised(amount: int) -> float:
    """Make pairs of 16 pictures of 720x720, or ``amount`` times as many."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        return seconds(lambda: pairs_of(Path(folder), 4, 16 * amount, 720))


def restored(amount: int) -> float:
    """Enlarge a picture of 512x512, or ``amount`` times as wide, by ESPCN x2."""
    (picture,) = pictures(1, 512, 512 * amount)
    torch.manual_seed(0)
    recipe = build("recipes", {"name": "fixed"}, network=build("networks", {"name": "espcn", "scale": 2}))
    device = torch.device("cpu")
    reach = reach_of(recipe, 2, device)
    enlarge = Enlarger(recipe, 2, reach, window_for(reach, 2, MEMORY), device)
    return seconds(lambda: enlarge(picture))


def scored(amount: int) -> float:
    """Compare two lumas of 1024x1024, or ``amount`` times as wide, by PSNR and SSIM."""
    (picture,) = pictures(1, 1024, 1024 * amount)
    sr, hr = picture[..., 0], picture[..., 1]
    return seconds(lambda: [metric(sr, hr, 4) for metric in (PsnrY8(), SsimY8())])


CASES: Mapping[str, tuple[str, Callable[[int], float]]] = {
    "synthesise": ("synthesise 16, 32, 64, 128 pairs of 720x720, x4", synthesised),
    "restore": ("restore 512x512, 1024, 2048, 4096 wide, ESPCN x2", restored),
    "score": ("score 1024x1024, 2048, 4096, 8192 wide, PSNR and SSIM", scored),
}


def measured() -> list[Grown]:
    """Run every case at every size."""
    return [Grown(title, tuple((times, *_alone(name, times)) for times in TIMES)) for name, (title, _) in CASES.items()]


def held() -> float:
    """Return the most MiB that this process held; the system's own count includes what the one before it held."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (line,) = (each for each in status if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _alone(name: str, amount: int) -> tuple[float, float]:
    """Return seconds and MiB of one case at one size, in a process of its own."""
    command = [sys.executable, "-m", "bench.growth", name, str(amount)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    taken, most = json.loads(said)
    return taken, most


if __name__ == "__main__":
    taken = CASES[sys.argv[1]][1](int(sys.argv[2]))
    sys.stdout.write(json.dumps([taken, held()]))
