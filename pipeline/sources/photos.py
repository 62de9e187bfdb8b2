"""Photographs inside the scikit-image wheel: eleven images that are there as soon as the packages are installed.

The stereo twin of the motorcycle, scans, microscopy and charts are left out. Origins and licences of the images:
``skimage/data/README.txt`` in the wheel.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import SourceError
from pipeline.images.files import read
from pipeline.kinds import Receipt, Sample, Source, Store

__all__ = ["Photos"]

DATA = ("photos.json",)
SPLITS = {
    "train": (
        "coffee.png",
        "motorcycle_left.png",
        "hubble_deep_field.jpg",
        "retina.jpg",
        "brick.png",
        "grass.png",
        "gravel.png",
    ),
    "test": ("astronaut.png", "chelsea.png", "camera.png", "rocket.jpg"),
}


class Photos(Source):
    """The photographs of one split.

    Args:
        split: ``train`` (seven images) or ``test`` (four).
    """

    def __init__(self, split: Literal["train", "test"]) -> None:
        self.split = split

    def fetch(self, store: Store) -> Receipt:
        """Find the images in the installed package; nothing is put into the store."""
        data = [path.read_bytes() for path in self._files()]
        digest = hashlib.sha256(b"".join(data)).hexdigest()
        return Receipt(f"scikit-image {version('scikit-image')}, installed", sum(map(len, data)), digest)

    def samples(self, store: Store) -> Iterator[Sample]:
        """Yield the images under their file names without ending."""
        for path in self._files():
            yield Sample(path.stem, {"hr": read(path.read_bytes(), path.name)})

    def content(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """Return the recorded pixels of this split."""
        recorded = json.loads(Path(__file__).with_name(DATA[0]).read_text(encoding="utf-8"))
        return {Path(name).stem: recorded[Path(name).stem] for name in SPLITS[self.split]}

    def _files(self) -> list[Path]:
        package = find_spec("skimage")
        if package is None or package.origin is None:
            raise SourceError("photos: scikit-image is not installed; run `make setup`")
        files = [Path(package.origin).parent / "data" / name for name in SPLITS[self.split]]
        missing = [path.name for path in files if not path.is_file()]
        if missing:
            raise SourceError(
                f"photos: scikit-image {version('scikit-image')} lacks {', '.join(missing)}; run `make setup`"
            )
        return files
