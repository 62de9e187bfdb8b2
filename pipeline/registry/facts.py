"""All that is known: the ledger, and a record of every version in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.errors import DataError
from pipeline.registry import ledger, records
from pipeline.registry.ledger import Entry
from pipeline.registry.records import SHORT, Key, Record
from pipeline.registry.standing import Standing, standings


@dataclass(frozen=True)
class Facts:
    """The ledger's entries, and the records by task and hash."""

    entries: tuple[Entry, ...]
    records: dict[Key, Record]

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """The standing of every task."""
        return standings(self.entries)

    def record(self, entry: Entry) -> Record:
        """Return the record of the version that ``entry`` is about."""
        if (entry.task, entry.hash) not in self.records:
            raise DataError(
                f"the record of {entry.model} ({entry.hash[:SHORT]}) of {entry.task} is lost: mend it from git's "
                f"history, `git log -- '*/{entry.task}/{entry.hash}.json'`"
            )
        return self.records[entry.task, entry.hash]

    def after(self, entry: Entry) -> Facts:
        """Return the facts with one entry more."""
        return Facts((*self.entries, entry), self.records)


def read(book: Path, folder: Path) -> Facts:
    """Return what the ledger ``book`` and the records in ``folder`` say."""
    return Facts(tuple(ledger.read(book)), records.read(folder))


def write(book: Path, folder: Path, before: Facts, after: Facts) -> None:
    """Write what ``after`` has more than ``before``: records first, so that no entry is ever without one."""
    for key, record in after.records.items():
        if before.records.get(key) != record:
            records.write(folder, record)
    ledger.append(book, after.entries[len(before.entries) :])
