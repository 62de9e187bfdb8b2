"""``python -m stages sync``: bring MLflow in line with the facts in git, whatever it has lost."""

import logging
from pathlib import Path

from pipeline.registry import facts
from pipeline.tracking.index import Sources, index
from pipeline.tracking.store import store_of
from stages.facts import checkout, writing
from stages.indexing import of_cache, of_pairs

log = logging.getLogger(__name__)


def main(models: Path, pairs: Path, ledger: Path, records: Path) -> None:
    """Make what is missing of runs, versions, tags and aliases; weights of older versions come from DVC's cache."""
    with writing():
        known, store = facts.read(ledger, records), store_of(checkout())
        index(store, known, Sources(of_cache(models), of_pairs(pairs)))
        versions = sum(len(stand.versions) for stand in known.standings.values())
        log.info("MLflow at %s has all %d versions of %d tasks", store.name, versions, len(known.standings))
