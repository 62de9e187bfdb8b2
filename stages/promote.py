"""``python -m stages promote MODEL``: make a version champion by hand; a model's name, or the beginning of a hash."""

import logging
from pathlib import Path

from pipeline.registry import facts
from pipeline.registry.enrolling import promoted
from pipeline.tracking.index import Sources
from stages.facts import now, writing
from stages.indexing import follow, of_folders, of_pairs

log = logging.getLogger(__name__)


def main(name: str, models: Path, pairs: Path, ledger: Path, records: Path) -> None:
    """Append the decision to ``ledger``; ``name`` is ``MODEL`` or ``MODEL@TASK``."""
    with writing():
        before = facts.read(ledger, records)
        entry = promoted(name, before, now())
        known = before.after(entry)
        facts.write(ledger, records, before, known)
        log.info("%s: %s is champion, %s", entry.task, entry.model, "; ".join(entry.reasons))
        follow(known, Sources(of_folders(models), of_pairs(pairs)))
