"""``python -m stages serve``: the champion of a task behind HTTP; a new champion answers without a restart.

The champion is loaded before anybody asks, so that the first answer comes as fast as the others, and a missing one is
told at once.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.learning.devices import device_of
from pipeline.learning.settings import Engine
from pipeline.lookup import settings
from pipeline.pairs.scales import Scales
from pipeline.params.options import options
from pipeline.registry import facts
from pipeline.registry.records import SHORT
from pipeline.restoring.enlarging import enlarger
from pipeline.serving.app import Champion, Limits, application
from pipeline.serving.following import Follower
from pipeline.serving.listening import listen
from stages.champions import champion, folder_of, task_in
from stages.entries import device_wish, keep_compiled


def main(
    params: Mapping[str, Any],
    models: Path,
    ledger: Path,
    records: Path,
    port: Path,
    task: Path | None = None,
    limits: Path | None = None,
) -> None:
    """Listen on ``port`` of this machine; ``limits`` as in ``pixels=64000000 workers=2``."""
    keep_compiled()
    device, engine = device_of(device_wish()), settings(Engine, params["engine"])
    wanted = task_in(params, str(task or ""))

    def load(before: Champion | None) -> Champion:
        record = champion(wanted, ledger, records)
        if before and before.hash == record.hash:
            return before
        with folder_of(record, models) as folder:
            return Champion(
                record.model, record.hash, enlarger(folder, device, engine=engine, scale=Scales(record.scale).one)
            )

    taken_on, follower = options(Limits, str(limits or ""), "LIMITS"), Follower(ledger, load)
    present = follower()
    version = facts.read(ledger, records).standings[wanted].number(present.hash)
    ready = f"{wanted} by {present.model}, version {version} ({present.hash[:SHORT]}); Ctrl-C ends it"
    listen(application(follower, taken_on), str(port), ready)
