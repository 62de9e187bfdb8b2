"""Picture files enlarged: one, a folder, and what is no picture."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.errors import ImageError
from pipeline.images.pictures import Picture, decode, write
from pipeline.images.raw import Development
from pipeline.lookup import build
from pipeline.restoring.enlarging import Enlarger
from pipeline.restoring.reach import reach_of
from pipeline.restoring.upscaling import upscale
from tests.nets import small


@pytest.fixture(scope="module")
def bicubic() -> Enlarger:
    recipe = build("recipes", {"name": "fixed"}, network=build("networks", {"name": "bicubic", "scale": 2}))
    device = torch.device("cpu")
    return Enlarger(recipe, 2, reach_of(recipe, 2, device), 16, device)


def picture(path: Path, channels: int = 3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, Picture(np.random.default_rng(1).integers(0, 256, (8, 12, channels), np.uint8)))
    return path


def shape(path: Path) -> tuple[int, ...]:
    return decode(path.read_bytes(), path.name).pixels.shape


def test_a_picture_becomes_a_file(bicubic: Enlarger, tmp_path: Path) -> None:
    upscale(bicubic, picture(tmp_path / "a.png"), tmp_path / "deep" / "big.webp")

    assert (16, 24, 3) == shape(tmp_path / "deep" / "big.webp")


@pytest.mark.parametrize("scale", [1, 2.5, 3.7])
def test_a_network_of_any_scale_enlarges_a_picture_by_any_number(tmp_path: Path, scale: float) -> None:
    recipe = build("recipes", {"name": "fixed"}, network=small("edsr_liif"))
    device = torch.device("cpu")
    by = Enlarger(recipe, scale, reach_of(recipe, scale, device), 16, device)
    upscale(by, picture(tmp_path / "a.png"), tmp_path / "big.png")

    assert (round(8 * scale), round(12 * scale), 3) == shape(tmp_path / "big.png")


def test_a_folder_as_target_takes_the_name(bicubic: Enlarger, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    upscale(bicubic, picture(tmp_path / "a.jpg"), tmp_path / "out")

    assert (16, 24, 3) == shape(tmp_path / "out" / "a.png")


def test_a_folder_is_enlarged_with_its_tree(bicubic: Enlarger, tmp_path: Path) -> None:
    for name in ("a.png", "b.jpg", "b.png", "sub/c.JPG", "notes.txt"):
        if name.endswith("txt"):
            (tmp_path / "in" / name).write_text("no picture, and does not say it is one")
        else:
            picture(tmp_path / "in" / name.lower()).rename(tmp_path / "in" / name)
    out = tmp_path / "in" / "large"  # inside of what is read: not to be enlarged again
    for _ in range(2):
        upscale(bicubic, tmp_path / "in", out)

    found = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert ["a.png", "b.jpg.png", "b.png.png", "sub/c.png"] == found
    assert {(16, 24, 3)} == {shape(out / name) for name in found}


def test_one_bad_file_in_a_folder_is_named_and_the_others_go_on(
    bicubic: Enlarger, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.png").write_text("hello")
    picture(tmp_path / "in" / "c.png")
    with caplog.at_level(logging.ERROR), pytest.raises(ImageError, match=r"in: 1 of 3 pictures were not enlarged"):
        upscale(bicubic, tmp_path / "in", tmp_path / "out")

    assert ["a.png", "c.png"] == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert [True] == ["b.png: is no image that is read here" in each for each in caplog.messages]


@pytest.mark.parametrize(("source", "none"), [("in/a.png", "in/a.png is none"), ("in", "in holds none")])
def test_how_to_develop_is_refused_where_nothing_is_developed(
    bicubic: Enlarger, tmp_path: Path, source: str, none: str
) -> None:
    picture(tmp_path / "in" / "a.png")
    with pytest.raises(ImageError, match=f"^RAW: says how camera RAW files are developed, but .*{none}; leave it out$"):
        upscale(bicubic, tmp_path / source, tmp_path / "out", Development(exposure=0.5))

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"hello", "a.txt: is no image that is read here"),
        ("a.png", b"", "a.png: is no image that is read here"),
        ("a.nef", b"hello", "a.nef: is no RAW file"),
        ("absent.png", None, r"absent.png: cannot be read \(No such file or directory\)"),
        ("folder", "folder", "folder: holds no picture; their endings are"),
    ],
)
def test_what_is_no_picture_is_one_line_and_leaves_nothing(
    bicubic: Enlarger, tmp_path: Path, name: str, content: bytes | str | None, reason: str
) -> None:
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    elif content:
        (tmp_path / name).mkdir()
    with pytest.raises(ImageError, match=reason) as caught:
        upscale(bicubic, tmp_path / name, tmp_path / "big.png")

    assert 1 == len(str(caught.value).splitlines())
    assert not (tmp_path / "big.png").exists()


def test_the_picture_itself_is_never_overwritten(bicubic: Enlarger, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    with pytest.raises(ImageError, match="is the picture itself"):
        upscale(bicubic, path, tmp_path / "." / "a.png")

    assert (8, 12, 3) == shape(path)


def test_what_the_target_cannot_hold_is_said_before_the_work(
    bicubic: Enlarger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Enlarger, "__call__", lambda *_: pytest.fail("it was enlarged in vain"))
    with pytest.raises(ImageError, match="JPEG holds no alpha"):
        upscale(bicubic, picture(tmp_path / "a.png", channels=4), tmp_path / "b.jpg")
