"""``python -m stages curve MODEL``: how the scores of a model grow while it learns, outside the graph.

It trains the model as ``train`` does, keeps it at every checkpoint, and scores in the end what was kept, on its own
suite or on others (one network of several scales); a killed one continues where it was. The minutes are those of the
training alone.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.evaluation.growth import growth, write_rows
from pipeline.evaluation.settings import Suite
from pipeline.learning.devices import device_of
from pipeline.lookup import settings
from stages import train
from stages.entries import device_wish, entry


def main(
    params: Mapping[str, Any],
    name: str,
    listed: Path,
    pairs: Path,
    models: Path,
    own: Path,
    out: Path,
    suites: Path | None = None,
) -> None:
    """Write ``<name>.csv`` into ``out``, and the snapshots into a folder beside it; tell the scores line by line."""
    model = entry(params, "models", name)
    code, learnt, start = listed / f"train-{name}", pairs / model["pairs"], models / model["start"]
    folder = out / f"{name}-{train.key(params, name, code, learnt, start)}"
    if not (folder / "model").is_dir():
        train.main(params, name, code, learnt, start, folder, folder / "model", folder / "losses.csv", own, folder)
    judges, rows = str(suites or model["suite"]).split(), []
    known = {pairs / judge: settings(Suite, entry(params, "suites", judge)) for judge in judges}
    for row in growth(known, snapshots=folder, device=device_of(device_wish())):
        rows.append(row)
        sys.stdout.write("  ".join(f"{column} {value:g}" for column, value in row.items()) + "\n")
    write_rows(rows, out / f"{name}.csv")
