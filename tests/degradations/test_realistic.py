"""Blur, noise and codecs one by one: what was drawn is what is done."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.degradations.blur import Blur
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.kernels import bell, line
from pipeline.kinds import Drawn, Link
from pipeline.lookup import build
from pipeline.randomness import generator
from pipeline.sources.photos import Photos

SIZE = (240, 200)


def made(name: str, **options: Any) -> Link:
    link: Link = build("degradations", {"name": name, **options})
    return link


def draws(link: Link, count: int = 400) -> list[Drawn]:
    return [link.draw(generator(n), SIZE, (60, 50)) for n in range(count)]


def grey(value: float, channels: int = 3) -> NDArray[np.float32]:
    return np.full((*SIZE, channels), value, np.float32)


def photograph() -> NDArray[np.float32]:
    plane = next(each.planes["hr"] for each in Photos("test").samples(None) if each.planes["hr"].shape[-1] == 3)  # type: ignore[arg-type]
    return to_float(plane[: SIZE[0] - 1, : SIZE[1]])


@pytest.mark.parametrize(
    ("link", "key", "low", "high"),
    [
        (made("blur", sigma=[0.2, 3.0], size=[7, 21]), "sigma", 0.2, 3.0),
        (made("blur", sigma=[1, 1], size=[7, 21], beta=[0.5, 4]), "beta", 0.5, 4.0),
        (made("blur", sigma=[1, 1], size=[7, 21], shape="elliptic", angle=[0, 90]), "angle", 0.0, 90.0),
        (made("sinc", cutoff=[0.2, 1.0], size=[7, 21]), "cutoff", 0.2, 1.0),
        (made("disk", radius=[1, 5]), "radius", 1.0, 5.0),
        (made("noise", sigma=[0.0, 0.1]), "sigma", 0.0, 0.1),
        (made("speckle", sigma=[0.0, 0.1]), "sigma", 0.0, 0.1),
        (made("poisson", scale=[0.05, 3.0]), "scale", 0.05, 3.0),
        (made("jpeg", quality=[30, 95]), "quality", 30, 95),
        (made("webp", quality=[30, 95]), "quality", 30, 95),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Link) else str(value),
)
def test_what_is_drawn_fills_its_range_evenly(link: Link, key: str, low: float, high: float) -> None:
    values = np.array([np.ravel(drawn[key])[0] for drawn in draws(link)])
    span = high - low

    assert (low <= values.min() < low + 0.03 * span, high - 0.03 * span < values.max() <= high) == (True, True)
    assert abs(values.mean() - (low + high) / 2) < 0.06 * span


def test_a_variance_is_drawn_evenly_where_that_is_asked_for() -> None:
    sigma = np.array([drawn["sigma"] for drawn in draws(made("blur", **WIDE, shape="elliptic", evenly="variance"))])

    assert (400, 2) == sigma.shape
    assert abs(np.square(sigma).mean() - 4.5) < 0.3
    assert abs(np.corrcoef(sigma.T)[0, 1]) < 0.1


WIDE = {"sigma": [0.01, 3.0], "size": [7, 7]}


def test_a_divisor_is_drawn_evenly_where_that_is_asked_for() -> None:
    link = made("resize", to=[0.125, 1], kernel="area", by="opencv", evenly="divisor")
    factors = np.array([link.draw(generator(n), (80000, 8), (1, 1))["size"][0] for n in range(400)]) / 80000

    assert abs((1 / factors).mean() - 4.5) < 0.4
    assert (factors.min() >= 0.125, factors.max() <= 1) == (True, True)


def test_a_factor_of_the_target_is_one_whatever_enters() -> None:
    link = made("resize", to=0.5, kernel="area", by="opencv", of="target")

    assert {(30, 25)} == {link.after(size, link.draw(generator(1), size, (60, 50))) for size in [(9, 9), SIZE]}


@pytest.mark.parametrize(
    ("kernel", "flag"), [("nearest", 0), ("bilinear", 1), ("bicubic", 2), ("area", 3), ("lanczos4", 4)]
)
@pytest.mark.parametrize("size", [(100, 77), (300, 250)])
def test_a_resize_by_opencv_is_opencvs(kernel: str, flag: int, size: tuple[int, int]) -> None:
    floating, rounded = (made("resize", to=1, kernel=kernel, by="opencv", rounding=each) for each in ("none", "uint8"))
    image, drawn = photograph(), {"size": list(size)}

    assert np.array_equal(cv2.resize(image, size[::-1], interpolation=flag), floating.apply(image, drawn))
    assert np.array_equal(
        to_float(cv2.resize(to_uint8(image), size[::-1], interpolation=flag)),  # type: ignore[arg-type]
        rounded.apply(image, drawn),
    )


@pytest.mark.parametrize(
    ("options", "drawn", "kernel"),
    [
        ({}, {"size": 9, "sigma": [1.3], "beta": 1.0, "angle": 0.0}, line(9, 1.3)),
        ({"shift": 1.5}, {"size": 9, "sigma": [1.3], "beta": 1.0, "angle": 0.0}, line(9, 1.3, 1.5)),
        ({}, {"size": 9, "sigma": [1.3], "beta": 2.0, "angle": 0.0}, bell(9, (1.3, 1.3), 0, 2.0)),
        (
            {"shape": "elliptic"},
            {"size": 9, "sigma": [1.3, 2.0], "beta": 1.0, "angle": 20.0},
            bell(9, (1.3, 2.0), 20.0),
        ),
        (
            {"profile": "plateau"},
            {"size": 9, "sigma": [1.3], "beta": 1.0, "angle": 0.0},
            bell(9, (1.3, 1.3), 0, 1.0, "plateau"),
        ),
    ],
)
def test_a_blur_answers_a_point_with_its_kernel(options: Any, drawn: Drawn, kernel: NDArray[np.float32]) -> None:
    point = np.zeros((31, 31, 1), np.float32)
    point[15, 15] = 1
    whole = np.outer(kernel, kernel) if kernel.ndim == 1 else kernel

    answer = Blur((1.0, 1.0), (9, 9), **options).apply(point, drawn)[11:20, 11:20, 0]

    assert np.allclose(whole[::-1, ::-1], answer, atol=1e-6)


@pytest.mark.parametrize("step", [2, 3, 4])
def test_a_shifted_blur_before_every_nth_pixel_takes_the_middle_of_n_pixels(step: int) -> None:
    ramp = np.broadcast_to(np.arange(48, dtype=np.float32)[:, None, None], (48, 48, 1)) / 100
    blur = {"sigma": [0.6, 0.6], "size": [25, 25], "shift": (step - 1) / 2}
    link = made("chain", links=[{"blur": blur}, {"decimate": {"step": step}}])

    taken = link.apply(np.ascontiguousarray(ramp), link.draw(generator(1), (48, 48), (9, 9)))[3:-3]

    assert np.allclose(ramp.reshape(48 // step, step, 48, 1).mean(1)[3:-3, ::step], taken, atol=1e-4)


@pytest.mark.parametrize("name", ["noise", "speckle"])
def test_noise_has_the_drawn_deviation(name: str) -> None:
    drawn = {"sigma": 0.05, "grey": False, "mixture": None, "seed": 3}
    strayed = made(name, sigma=[0, 1]).apply(grey(0.5), drawn) - 0.5
    expected = 0.05 if name == "noise" else 0.025

    assert pytest.approx(expected, rel=0.01) == strayed.std()
    assert abs(strayed.mean()) < 4 * expected / strayed.size**0.5
    assert np.abs(np.corrcoef(strayed.reshape(-1, 3).T) - np.eye(3)).max() < 0.02


@pytest.mark.parametrize(("level", "scale"), [(0.25, 1.0), (0.75, 0.3)])
def test_poisson_noise_has_the_variance_of_the_light_in_photons(level: float, scale: float) -> None:
    ramp = np.repeat(to_float(np.arange(256, dtype=np.uint8))[:, None, None], 3000, axis=1)
    row = round(level * 255)

    strayed = made("poisson", scale=[1, 1]).apply(ramp, {"scale": scale, "grey": False, "seed": 3})[row] - row / 255

    assert pytest.approx(scale * (row / 255 / 256) ** 0.5, rel=0.05) == strayed.std()
    assert abs(strayed.mean()) < 4 * strayed.std() / 3000**0.5


@pytest.mark.parametrize(
    ("name", "drawn"),
    [("noise", {"sigma": 0.05, "mixture": None}), ("speckle", {"sigma": 0.1}), ("poisson", {"scale": 1.0})],
)
def test_grey_noise_is_the_same_in_all_channels_and_another_seed_is_other_noise(name: str, drawn: Drawn) -> None:
    link = made(name, **({"scale": [1, 1]} if name == "poisson" else {"sigma": [1, 1]}))

    shared, own, other = (
        link.apply(grey(0.5), {**drawn, "grey": shared, "seed": seed})
        for shared, seed in ((True, 1), (False, 1), (False, 2))
    )

    assert (0, True) == (np.ptp(shared, axis=-1).max(), np.ptp(own, axis=-1).max() > 0)
    assert not np.array_equal(own, other)


@pytest.mark.parametrize(("name", "key"), [("noise", "sigma"), ("speckle", "sigma"), ("poisson", "scale")])
def test_a_share_of_the_images_gets_grey_noise(name: str, key: str) -> None:
    share = np.mean([drawn["grey"] for drawn in draws(made(name, **{key: [0, 1]}, grey=0.4))])

    assert 0.33 < share < 0.47


def test_correlated_noise_has_the_covariance_of_its_mixture() -> None:
    link = made("noise", sigma=[0.05, 0.05], grey=0.4, correlated=1 / 3)
    drawn = draws(link)
    mixed = [each for each in drawn if each["mixture"] is not None]
    mixture = np.array(mixed[0]["mixture"])

    strayed = link.apply(grey(0.5), mixed[0]) - 0.5

    assert 0.14 < len(mixed) / len(drawn) < 0.26
    assert not any(each["grey"] for each in mixed)
    assert np.allclose(0.05**2 * mixture.T @ mixture, np.cov(strayed.reshape(-1, 3).T), atol=0.03 * 0.05**2)


@pytest.mark.parametrize("quality", [5, 30, 95])
@pytest.mark.parametrize(("name", "format", "options"), [("jpeg", "JPEG", {"subsampling": 2}), ("webp", "WEBP", {})])
def test_a_codec_is_that_of_the_files_at_its_quality(name: str, format: str, options: Any, quality: int) -> None:
    image, file = photograph(), io.BytesIO()
    Image.fromarray(to_uint8(image)).save(file, format, quality=quality, **options)

    ours = to_uint8(made(name, quality=[1, 100]).apply(image, {"quality": quality}))

    assert np.abs(ours.astype(int) - np.asarray(Image.open(file)).astype(int)).max() <= (0 if name == "jpeg" else 8)


def test_less_quality_is_more_loss_and_grey_stays_grey() -> None:
    image = photograph()
    losses = [np.abs(made("jpeg", quality=[q, q]).apply(image, {"quality": q}) - image).mean() for q in (95, 60, 20)]

    assert sorted(losses) == losses
    assert (*image.shape[:2], 1) == made("jpeg", quality=[9, 9]).apply(image[..., :1], {"quality": 9}).shape
