"""``python -m stages disk``: how much disk params.yaml needs for its data, before anything is made."""

import logging
import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.kinds import Source
from pipeline.lookup import build
from pipeline.pairs.scales import Scales

log = logging.getLogger(__name__)

FLOAT32_BYTES = 4


def main(params: Mapping[str, Any]) -> None:
    """Say what packed images and their LR versions will take; refuse when the disk has less."""
    known = {name: _bytes_of_planes(spec) for name, spec in params["sources"].items()}
    unknown = [name for name, size in known.items() if size is None]
    low = sum(_low_share(pairs) * (known[pairs["source"]] or 0) for pairs in params["pairs"].values())
    need, free = sum(size or 0 for size in known.values()) + low, shutil.disk_usage(Path.cwd()).free
    log.info(
        "data/ needs about %.0f MB (HR once, LR for each entry of pairs); %.0f GB are free", need / 1e6, free / 1e9
    )
    if unknown:
        log.info("not counted, their content was never recorded: %s", ", ".join(unknown))
    if need > free:
        raise PipelineError(f"data/ needs {need / 1e9:.1f} GB, the disk has {free / 1e9:.1f} GB left; make room first")


def _bytes_of_planes(spec: Mapping[str, Any]) -> int | None:
    source: Source = build("sources", spec)
    content = source.content()
    if content is None:
        return None
    return sum(math.prod(plane["shape"]) for planes in content.values() for plane in planes.values())


def _low_share(pairs: Mapping[str, Any]) -> float:
    """Return the size of LR in units of HR."""
    if pairs["degradation"] == "given":
        return 0.0
    return (1.0 if pairs["rounding"] == "uint8" else FLOAT32_BYTES / 3) / Scales(pairs["scale"]).least ** 2
