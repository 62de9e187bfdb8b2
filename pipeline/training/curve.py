"""The learning curve as csv."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path


class Curve:
    """A csv whose columns are those of the first row; it is begun anew by whoever makes it.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns: list[str] | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("step\n", encoding="utf-8")

    def __call__(self, rows: Iterable[Mapping[str, float]]) -> None:
        """Append ``rows``; floats are written with nine digits, enough to tell any two 32-bit floats apart."""
        for row in rows:
            if self.columns is None:
                self.columns = list(row)
                self.path.write_text(",".join(self.columns) + "\n", encoding="utf-8")
            with self.path.open("a", encoding="utf-8", newline="") as file:
                values = [f"{value:.9g}" for value in row.values()]
                csv.writer(file, lineterminator="\n").writerow(values)
