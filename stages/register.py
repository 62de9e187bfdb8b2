"""Registers every model of params.yaml that its task has not seen: the gate's verdict into git, then MLflow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.registry import facts
from pipeline.registry.enrolling import enrolled
from pipeline.registry.gathering import Places, gather
from pipeline.tracking.index import Sources, record_run
from pipeline.tracking.store import store_of
from stages.facts import checkout, experiment, hashes, now, revision, writing
from stages.indexing import follow, of_folders, of_pairs, warned


def main(
    params: Mapping[str, Any],
    models: Path,
    scores: Path,
    curves: Path,
    costs: Path,
    pairs: Path,
    lock: Path,
    ledger: Path,
    records: Path,
) -> None:
    """Append to ``ledger`` and ``records``; in an experiment of DVC only record runs."""
    places, commit = Places(models, scores, curves, costs, pairs), revision()
    present = [gather(name, params, places, commit, hashes(lock, name)) for name in params["models"]]
    sources, name = Sources(of_folders(models), of_pairs(pairs)), experiment()
    with writing():
        if name:
            with warned():
                for record in present:
                    record_run(store_of(checkout()), record, sources, now(), name)
            return
        before = facts.read(ledger, records)
        known = enrolled(present, before, params, now())
        facts.write(ledger, records, before, known)
        follow(known, sources)
