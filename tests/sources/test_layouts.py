"""Sets that could not be had here: small archives with their file names go through the patterns of their sources."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pipeline.archives.having import Had
from pipeline.archives.samples import samples
from pipeline.archives.source import ArchiveSource
from pipeline.lookup import build

TRACKS = [f"bicubic_x{scale}" for scale in (2, 3, 4)] + [f"unknown_x{scale}" for scale in (2, 3, 4)]


def div2k(split: str, track: str) -> dict[str, list[str]]:
    """Return the file names of two images as the owner's archives hold them."""
    numbers = {"train": ("0001", "0800"), "valid": ("0801", "0900")}[split]
    archives = {f"DIV2K_{split}_HR.zip": [f"DIV2K_{split}_HR/{n}.png" for n in numbers]}
    kind, _, scale = track.partition("_x")
    if track in TRACKS:
        folder = f"DIV2K_{split}_LR_{kind}/X{scale}"
        archives[f"DIV2K_{split}_LR_{kind}_X{scale}.zip"] = [f"{folder}/{n}x{scale}.png" for n in numbers]
    elif track == "bicubic_x8":
        archives[f"DIV2K_{split}_LR_x8.zip"] = [f"DIV2K_{split}_LR_x8/{n}x8.png" for n in numbers]
    elif track != "none":
        ending = {"mild": "x4m", "difficult": "x4d", "wild": "x4w1"}[track]
        archives[f"DIV2K_{split}_LR_{track}.zip"] = [f"DIV2K_{split}_LR_{track}/{n}{ending}.png" for n in numbers]
    if (split, track) == ("train", "wild"):
        archives["DIV2K_train_LR_wild.zip"] += [
            f"DIV2K_train_LR_wild/{n}x4w{k}.png" for n in numbers for k in (2, 3, 4)
        ]
    return archives


def realsr(version: str, split: str, scale: int) -> dict[str, list[str]]:
    folders = [f"RealSR/{camera}/{split}/{s}" for camera in ("Canon", "Nikon") for s in (2, 3, 4)]
    return {
        f"RealSR-{version.upper()}.zip": [
            f"{folder}/{folder.split('/')[1]}_001_{side}.png"
            for folder in folders
            for side in ("HR", f"LR{folder[-1]}")
        ]
    }


CASES: list[tuple[dict[str, Any], dict[str, list[str]], int]] = [
    *(
        ({"name": "div2k", "split": split, "lr": track}, div2k(split, track), 2)
        for split in ("train", "valid")
        for track in ("none", *TRACKS, "bicubic_x8", "mild", "difficult", "wild")
    ),
    ({"name": "flickr2k"}, {"Flickr2K.tar": ["Flickr2K/Flickr2K_HR/000001.png", "Flickr2K/Flickr2K_HR/002650.png"]}, 2),
    *(
        ({"name": "realsr", "version": version, "split": split, "scale": scale}, realsr(version, folder, scale), 2)
        for version in ("v1", "v2", "v3")
        for split, folder in (("train", "Train"), ("test", "Test"))
        for scale in (2, 3, 4)
    ),
    ({"name": "general100"}, {"General-100.zip": ["General-100/im_1.bmp", "General-100/im_100.bmp"]}, 2),
    (
        {"name": "city100", "camera": "nikon"},
        {"City100.zip": [f"City100/City100_NikonD5500/{n}{side}.PNG" for n in ("001", "100") for side in "HL"]},
        2,
    ),
    (
        {"name": "realsr_ntire2019"},
        {"RealSR-NTIRE2019.zip": [f"RealSR/Validation{side}/cam{n}_01.png" for n in (1, 2) for side in ("GT", "LR")]},
        2,
    ),
]


@pytest.mark.parametrize(("spec", "archives", "count"), CASES, ids=[str(spec) for spec, _, _ in CASES])
def test_a_source_finds_its_images_by_the_names_that_its_owner_gives_them(
    tmp_path: Path, spec: dict[str, Any], archives: dict[str, list[str]], count: int
) -> None:
    source: ArchiveSource = build("sources", spec)
    packing = source.packings[0]
    assert list(archives) == [archive.name for archive in packing.archives]

    paths = tuple(filled(tmp_path / name, files) for name, files in archives.items())
    found = list(samples(Had(packing, paths), None, tmp_path / "scratch"))

    assert count == len(found)
    assert {frozenset(packing.planes)} == {frozenset(sample.planes) for sample in found}
    assert all(source.includes(sample.key) for sample in found)


def filled(path: Path, names: list[str]) -> Path:
    """Write a zip whose images are of one colour, and of the format that their names say."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            image = np.full((6, 7, 3), number, np.uint8)
            archive.writestr(name, bytes(cv2.imencode(Path(name).suffix.lower(), image)[1]))
    return path
