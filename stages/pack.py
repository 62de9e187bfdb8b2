"""Reads a source's images, every pixel verified, into shards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.kinds import Source
from pipeline.lookup import build
from pipeline.shards.writing import pack
from stages.entries import entry, store


def main(params: Mapping[str, Any], name: str, own: Path, out: Path) -> None:
    """Pack the source ``name``; an archive that the store has lost is fetched again."""
    source: Source = build("sources", entry(params, "sources", name), own=own)
    source.fetch(store(own))
    pack(source.samples(store(own)), source.content(), out)
