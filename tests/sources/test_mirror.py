"""The real archives: every source that the mirror serves passes through fetch and pack with all its pixels."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pipeline.errors import SourceError
from pipeline.kinds import Source, Store
from pipeline.lookup import build
from pipeline.shards.reading import Shards
from pipeline.shards.writing import pack

pytestmark = [
    pytest.mark.mirror,
    pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with the archives"),
]

SERVED: list[tuple[dict[str, Any], int]] = [
    ({"name": "t91"}, 91),
    ({"name": "bsds200"}, 200),
    ({"name": "bsds100"}, 100),
    ({"name": "set5"}, 5),
    *(({"name": "set5", "lr": f"bicubic_x{scale}"}, 5) for scale in (2, 3, 4, 8)),
    ({"name": "set14"}, 14),
    *(({"name": "set14", "lr": f"bicubic_x{scale}"}, 14) for scale in (2, 3, 4, 8)),
    ({"name": "urban100"}, 100),
    ({"name": "realsrset"}, 20),
    *(({"name": "fsrnet_faces", "split": split}, count) for split, count in (("celeba", 100), ("helen", 50))),
    ({"name": "raw_samples"}, 2),
    ({"name": "city100", "split": "sample"}, 3),
    ({"name": "realsr_ntire2019", "split": "sample"}, 2),
    ({"name": "union", "of": {"t91": {}, "bsds200": {}}}, 291),
]


def packed(spec: dict[str, Any], store: Store, out: Path) -> Shards:
    source: Source = build("sources", spec)
    source.fetch(store)
    pack(source.samples(store), source.content(), out)
    return Shards(out)


def store(folder: Path) -> Store:
    return Store(folder / "store", os.environ["SR_MIRROR"])


@pytest.mark.parametrize(("spec", "count"), SERVED, ids=[str(spec) for spec, _ in SERVED])
def test_a_set_of_the_mirror_is_packed_whole_and_its_pixels_are_the_recorded_ones(
    tmp_path: Path, spec: dict[str, Any], count: int
) -> None:
    assert build("sources", spec).content() is not None

    assert count == len(packed(spec, store(tmp_path), tmp_path / "out").entries)


def test_t91_as_zip_and_as_a_folder_of_bmp_files_is_the_same_data(tmp_path: Path) -> None:
    (tmp_path / "mirror" / "T91").mkdir(parents=True)
    with zipfile.ZipFile(Path(os.environ["SR_MIRROR"]) / "T91.zip") as archive:
        for name in archive.namelist():
            image = cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_COLOR)
            assert image is not None
            cv2.imwrite(str(tmp_path / "mirror" / "T91" / f"{Path(name).stem}.bmp"), image)

    from_zip = packed({"name": "t91"}, store(tmp_path), tmp_path / "zip")
    from_folder = packed({"name": "t91"}, Store(tmp_path, str(tmp_path / "mirror")), tmp_path / "folder")

    assert from_zip.digest() == from_folder.digest()
    assert [each.key for each in from_zip.entries] == [each.key for each in from_folder.entries]


def test_the_members_of_a_union_keep_their_names(tmp_path: Path) -> None:
    union = {"name": "union", "of": {"five": {"name": "set5"}, "set14": {}}}

    entries = packed(union, store(tmp_path), tmp_path / "out").entries

    assert "five/baby" == entries[0].key
    assert {"five": 5, "set14": 14} == {
        member: sum(each.member == member for each in entries) for member in ("five", "set14")
    }


def test_a_set_that_cannot_be_had_says_what_to_put_where(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        build("sources", {"name": "realsrset"}).fetch(Store(tmp_path))

    assert (
        f"RealSRSet.zip: cannot be had here; put RealSRSet.zip (the folder testsets/RealSRSet of cszn/BSRGAN) "
        f"into {tmp_path}" == str(raised.value)
    )
