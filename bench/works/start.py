"""What passes before any work begins: every stage is a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.work import Way, Work

ROOT = Path(__file__).parents[2]


def works(folder: Path) -> Iterator[Work]:  # noqa: ARG001  # every file of works takes a folder
    """Yield the check of params.yaml beside the imports alone that a script of the field begins with."""
    yield Work(
        "start a stage: python -m stages check",
        "starts/s",
        1,
        _run("-m", "stages", "check"),
        [Way("import torch, cv2, yaml", _run("-c", "import torch, cv2, yaml"), judged=False)],
    )


def _run(*words: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
