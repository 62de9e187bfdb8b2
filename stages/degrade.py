"""Makes LR/HR pairs of a packed source."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.lookup import settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.settings import Pairs
from stages.entries import entry


def main(params: Mapping[str, Any], name: str, shards: Path, learner: Path, own: Path, out: Path) -> None:
    """Make the pairs ``name``."""
    wanted = settings(Pairs, entry(params, "pairs", name))
    make_pairs(wanted, name, shards=shards, learner=learner, own=own, out=out, seed=params["seed"])
