"""Has a source's archive in the store, and writes the receipt."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline import atomic
from pipeline.kinds import Source
from pipeline.lookup import build
from stages.entries import entry, store


def main(params: Mapping[str, Any], name: str, own: Path, out: Path) -> None:
    """Fetch the source ``name``."""
    source: Source = build("sources", entry(params, "sources", name), own=own)
    receipt = source.fetch(store(own))
    atomic.write_text(out, json.dumps(asdict(receipt), indent=1) + "\n")
