"""A source as a camera sees it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import SourceError
from pipeline.images.unmixing import unmixed
from pipeline.kinds import Sample, Store
from pipeline.lookup import build

PHOTOS: dict[str, Any] = {"name": "photos", "split": "test"}


def seen(store: Store, number: int = 1, scale: int = 2) -> list[Sample]:
    camera = {"name": "hidden", "number": number, "scale": 2}
    source = build("sources", {"name": "degraded", "of": PHOTOS, "link": camera, "scale": scale})
    return list(source.samples(store))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_it_holds_lr_alone_of_the_scale_of_its_scenes(store: Store) -> None:
    scenes = list(build("sources", PHOTOS).samples(store))
    images = seen(store)

    assert [scene.key for scene in scenes] == [image.key for image in images]
    for scene, image in zip(scenes, images, strict=True):
        height, width = scene.planes["hr"].shape[:2]
        assert {"lr": (height // 2, width // 2, scene.planes["hr"].shape[2])} == {
            name: plane.shape for name, plane in image.planes.items()
        }
        assert np.uint8 == image.planes["lr"].dtype


def test_a_camera_sees_the_same_twice_and_another_one_something_else(store: Store) -> None:
    first, again, other = (seen(store, number)[0].planes["lr"] for number in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_camera_of_another_scale_is_refused(store: Store) -> None:
    with pytest.raises(SourceError, match="wants"):
        seen(store, scale=4)


def test_the_hidden_kernel_is_centred_as_bicubic_is() -> None:
    link = build("degradations", {"name": "hidden", "number": 3, "scale": 2})
    rng = np.random.default_rng(0)
    hr = rng.random((160, 160, 1), np.float32)
    blurred = link.links[1].apply(link.blur.apply(hr, link.blur.draw(rng, (160, 160), (80, 80))), {})
    kernel = unmixed([(hr[..., 0], blurred[..., 0])], 2).kernel
    middle = (np.arange(14)[:, None] * kernel).sum(), (np.arange(14) * kernel).sum()

    assert middle == pytest.approx((6.5, 6.5), abs=0.05)


def test_a_camera_may_have_a_kernel_of_the_users(store: Store, tmp_path: Path) -> None:
    (tmp_path / "kernels").mkdir()
    np.save(tmp_path / "kernels" / "box.npy", np.full((3, 3), 1 / 9))
    links = [{"kernel": {"file": "box.npy", "of": "correlation"}}, {"decimate": {"step": 2}}]
    camera = {"name": "chain", "links": links}
    source = build("sources", {"name": "degraded", "of": PHOTOS, "link": camera, "scale": 2}, own=tmp_path)

    assert ["lr"] == [*next(iter(source.samples(store))).planes]


def test_scenes_without_hr_are_told_in_one_line(store: Store) -> None:
    of = {"name": "degraded", "of": PHOTOS, "link": {"name": "hidden", "number": 1, "scale": 2}, "scale": 2}
    source = build("sources", {**of, "of": of})

    with pytest.raises(SourceError, match="has no HR to degrade"):
        list(source.samples(store))
