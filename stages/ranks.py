"""A stage on several devices: it starts itself anew under torchrun, one process for each."""

import logging
import os
import sys

from pipeline.learning.ranks import Ranks
from stages.entries import device_wishes

log = logging.getLogger(__name__)

RESTARTS = 3
"""How often the processes are started again after one of them was killed; they go on from the checkpoint."""


def rank() -> tuple[int, int, str]:
    """Return the number of this process, how many there are, and which start of them this is, as torchrun says."""
    own, count = (int(os.environ.get(name, default)) for name, default in (("RANK", "0"), ("WORLD_SIZE", "1")))
    return own, count, os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")


def spread(batch: int) -> None:
    """Become torchrun with one process for each device of ``SR_DEVICE``, if it names several; else return.

    The process stays the same, so that it dies with its parent as before; so does each of its ranks.

    Raises:
        LearningError: when ``batch`` samples do not divide among the devices.
    """
    count = len(device_wishes())
    if count == 1 or "RANK" in os.environ:
        return
    Ranks(0, count).part(batch)
    log.info("%d processes, one for each of %s", count, ", ".join(device_wishes()))
    own = ["--standalone", f"--nproc-per-node={count}", f"--max-restarts={RESTARTS}"]
    os.execv(sys.executable, [sys.executable, "-m", "torch.distributed.run", *own, "-m", "--", "stages", *sys.argv[1:]])
