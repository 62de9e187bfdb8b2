"""The learning curve as csv."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path


class Curve:
    """A csv, begun anew by whoever makes it; where a row lacks what another has, its cell is empty.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns: list[str] = []
        self.rows: list[Mapping[str, float]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("step\n", encoding="utf-8")

    def __call__(self, rows: Iterable[Mapping[str, float]]) -> None:
        """Append ``rows``; floats are written with nine digits, enough to tell any two 32-bit floats apart."""
        for row in rows:
            self.rows.append(row)
            new = [name for name in row if name not in self.columns]
            self.columns += new
            with self.path.open("w" if new else "a", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                if new:
                    writer.writerow(self.columns)
                writer.writerows(self._cells(each) for each in (self.rows if new else [row]))

    def _cells(self, row: Mapping[str, float]) -> list[str]:
        return [f"{row[name]:.9g}" if name in row else "" for name in self.columns]
