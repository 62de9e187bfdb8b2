"""``python -m stages record t91``: write down the pixels of a packed source, for the source to check ever after."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.archives.source import ArchiveSource
from pipeline.errors import SourceError
from pipeline.lookup import build
from pipeline.shards.index import read_index
from pipeline.shards.writing import content_of
from stages.entries import entry

log = logging.getLogger(__name__)


def main(params: Mapping[str, Any], name: str, shards: Path) -> None:
    """Record what lies in ``shards``, the packed images of the source ``name``."""
    source = build("sources", entry(params, "sources", name))
    if not isinstance(source, ArchiveSource):
        raise SourceError(f"{name}: only sources that come in archives keep a record")
    path = source.record(content_of(read_index(shards)))
    log.info("%s: recorded; look through the difference, and see to it that the module names it in DATA", path)
