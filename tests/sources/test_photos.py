"""The photographs of scikit-image: which they are, that they are what was recorded, and what is told when not."""

from __future__ import annotations

import hashlib
import json
import shutil
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import SourceError
from pipeline.images.files import read
from pipeline.kinds import Sample, Store
from pipeline.shards.writing import pack, sha256_of
from pipeline.sources import photos
from pipeline.sources.photos import Photos

KEYS: dict[Literal["train", "test"], list[str]] = {
    "train": ["coffee", "motorcycle_left", "hubble_deep_field", "retina", "brick", "grass", "gravel"],
    "test": ["astronaut", "chelsea", "camera", "rocket"],
}
Split = Literal["train", "test"]
Splits = dict[Split, list[Sample]]


@pytest.fixture(scope="module")
def splits(tmp_path_factory: pytest.TempPathFactory) -> Splits:
    """All photographs, decoded once."""
    store = Store(tmp_path_factory.mktemp("store"))
    return {split: list(Photos(split).samples(store)) for split in KEYS}


def content(samples: list[Sample]) -> dict[str, Any]:
    return {
        each.key: {
            name: {"shape": list(image.shape), "sha256": sha256_of(image)} for name, image in each.planes.items()
        }
        for each in samples
    }


@pytest.mark.parametrize("split", KEYS)
def test_a_split_has_its_photographs_in_their_order(splits: Splits, split: Split) -> None:
    assert KEYS[split] == [sample.key for sample in splits[split]]
    assert {"hr"} == {plane for sample in splits[split] for plane in sample.planes}


@pytest.mark.parametrize("split", KEYS)
def test_the_pixels_are_the_recorded_ones(splits: Splits, split: Split) -> None:
    assert content(splits[split]) == Photos(split).content()


def test_no_photograph_is_learnt_from_and_judged_on(splits: Splits) -> None:
    train, test = ({sha256_of(each.planes["hr"]) for each in splits[split]} for split in KEYS)

    assert (7, 4) == (len(train), len(test))
    assert not train & test


def test_nothing_else_is_recorded() -> None:
    recorded = json.loads(Path(photos.__file__).with_suffix(".json").read_text(encoding="utf-8"))

    assert {*KEYS["train"], *KEYS["test"]} == set(recorded)


def test_the_camera_is_grey_and_the_others_of_its_split_are_colour(splits: Splits) -> None:
    assert [3, 3, 1, 3] == [sample.planes["hr"].shape[-1] for sample in splits["test"]]


def test_wrong_pixels_are_one_line_with_the_photograph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flipped(data: bytes, name: str) -> NDArray[np.uint8]:
        image = read(data, name).copy()
        image[0, 0, 0] ^= name == "chelsea.png"
        return image

    monkeypatch.setattr(photos, "read", flipped)

    with pytest.raises(SourceError, match=r"^chelsea: its pixels are not the recorded ones \(.*\)$"):
        pack(Photos("test").samples(Store(tmp_path)), Photos("test").content(), tmp_path / "shards")
    assert not (tmp_path / "shards").exists()


@pytest.mark.parametrize("split", KEYS)
def test_the_receipt_is_of_the_installed_files_and_the_store_stays_empty(tmp_path: Path, split: Split) -> None:
    receipt = Photos(split).fetch(Store(tmp_path))

    spec = find_spec("skimage")
    assert spec is not None
    assert spec.origin is not None
    data = b"".join((Path(spec.origin).parent / "data" / name).read_bytes() for name in photos.SPLITS[split])
    assert (len(data), hashlib.sha256(data).hexdigest()) == (receipt.size, receipt.sha256)
    assert receipt.packing.startswith("scikit-image 0.")
    assert [] == list(tmp_path.iterdir())


def installed(monkeypatch: pytest.MonkeyPatch, origin: Path | None) -> None:
    """Have scikit-image stand in the folder of ``origin``, or nowhere."""
    spec = None if origin is None else ModuleSpec("skimage", None, origin=str(origin))
    monkeypatch.setattr(photos, "find_spec", lambda _name: spec)


def test_without_the_package_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, None)

    with pytest.raises(SourceError, match=r"^photos: scikit-image is not installed; run `make setup`$"):
        Photos("test").fetch(Store(tmp_path))


def test_a_package_that_lacks_photographs_is_told_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = find_spec("skimage")
    assert there is not None
    assert there.origin is not None
    (tmp_path / "data").mkdir()
    for name in ("astronaut.png", "camera.png"):
        shutil.copyfile(Path(there.origin).parent / "data" / name, tmp_path / "data" / name)
    installed(monkeypatch, tmp_path / "__init__.py")

    with pytest.raises(
        SourceError, match=r"^photos: scikit-image [0-9.]+ lacks chelsea\.png, rocket\.jpg; run `make s"
    ):
        list(Photos("test").samples(Store(tmp_path)))
