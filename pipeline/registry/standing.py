"""Where the versions of a task stand: the ledger, replayed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.registry.ledger import CHALLENGER, CHAMPION, ROLLBACK, Entry


@dataclass(frozen=True)
class Standing:
    """The versions of a task.

    Args:
        versions: for each version, in order, the entry that registered it; version 1 is the first.
        crowned: the entries that made the present champion and those before it; the last is the present one's.
    """

    versions: tuple[Entry, ...] = ()
    crowned: tuple[Entry, ...] = ()

    @property
    def champion(self) -> Entry | None:
        """The entry that made the champion."""
        return self.crowned[-1] if self.crowned else None

    @property
    def previous(self) -> Entry | None:
        """The entry that made the champion before, to which ``rollback`` returns."""
        return self.crowned[-2] if len(self.crowned) > 1 else None

    @property
    def challenger(self) -> Entry | None:
        """The newest version that the gate did not let pass and that was not made champion by hand."""
        barred = {each.hash for each in (self.champion, self.previous) if each}
        found = [each for each in self.versions if each.verdict == CHALLENGER and each.hash not in barred]
        return found[-1] if found else None

    @property
    def aliases(self) -> dict[str, str]:
        """Who is what: ``{"champion": hash, ...}``, of champion, challenger and previous those that there are."""
        roles = {"champion": self.champion, "challenger": self.challenger, "previous": self.previous}
        return {role: entry.hash for role, entry in roles.items() if entry}

    def number(self, hash_: str) -> int:
        """Return the version number of a hash, from 1."""
        return [each.hash for each in self.versions].index(hash_) + 1

    def after(self, entry: Entry) -> Standing:
        """Return the standing with one more entry."""
        known = entry.hash in {each.hash for each in self.versions}
        versions = self.versions if known else (*self.versions, entry)
        if entry.verdict != CHAMPION:
            return Standing(versions, self.crowned)
        if entry.by == ROLLBACK:
            return Standing(versions, (*self.crowned[:-2], entry))
        kept = tuple(each for each in self.crowned if each.hash != entry.hash)
        return Standing(versions, (*kept, entry))


def standings(entries: Iterable[Entry]) -> dict[str, Standing]:
    """Return the standing of every task, tasks in the order of their first entries."""
    found: dict[str, Standing] = {}
    for entry in entries:
        found[entry.task] = found.get(entry.task, Standing()).after(entry)
    return found
