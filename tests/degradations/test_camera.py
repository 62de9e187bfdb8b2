"""The camera's side: processing undone and done, the mosaic and its noise, and transforms of albumentations."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.degradations.camera import Camera
from pipeline.degradations.isp import ISP
from pipeline.errors import ImageError, ParamsError
from pipeline.images.cameras import XYZ_TO_CAMERA, camera, processed, unprocessed
from pipeline.images.colour import to_float
from pipeline.images.sensors import demosaiced, encoded, linear, mosaic, noisy
from pipeline.kinds import Drawn, Link
from pipeline.lookup import build
from pipeline.randomness import generator
from pipeline.sources.photos import Photos

SIZE, TARGET = (240, 200), (60, 50)
WAYS: tuple[Any, ...] = ("malvar", "bilinear", "edge_aware")
PAPER = camera((0.25, 0.25, 0.25, 0.25), 2.1, 1.7, 1.25)


def made(name: str, **options: Any) -> Link:
    link: Link = build("degradations", {"name": name, **options})
    return link


def draws(link: Link, count: int = 400) -> list[Drawn]:
    return [link.draw(generator(n), SIZE, TARGET) for n in range(count)]


def photograph() -> NDArray[np.float32]:
    plane = next(each.planes["hr"] for each in Photos("test").samples(None) if each.planes["hr"].shape[-1] == 3)  # type: ignore[arg-type]
    return to_float(plane[: SIZE[0], 100 : 100 + SIZE[1]])


def flat(*colour: float) -> NDArray[np.float32]:
    return np.full((*SIZE, 3), colour, np.float32)


@pytest.mark.parametrize("key", range(4))
def test_what_is_unprocessed_and_processed_is_what_it_was_away_from_what_a_sensor_clips(key: int) -> None:
    image, drawn = photograph(), ISP().draw(generator(key), SIZE, TARGET)
    used = camera(*(drawn[each] for each in ("weights", "red", "blue", "gain")))
    light = unprocessed(image, used)
    seen = (light >= 0).all(-1) & (light * used.gains <= 0.9).all(-1)

    again = processed(np.clip(light * used.gains, 0, 1), used)

    assert seen.mean() > 0.7
    assert np.abs(again - image)[seen].max() < 2e-4


def test_grey_stays_grey_and_white_stays_white_in_every_camera() -> None:
    greys = np.repeat(np.linspace(0, 1, 33, dtype=np.float32)[None, :, None], 3, axis=2)
    for weights in np.eye(len(XYZ_TO_CAMERA)).tolist():
        used = camera(weights, 2.4, 1.5, 1.25)
        light = unprocessed(greys, used)
        again = processed(np.clip(light * used.gains, 0, 1), used)

        assert np.allclose(np.ones(3), used.matrix.sum(1))
        assert np.ptp(again, axis=-1).max() < 1e-5
        assert np.allclose(1, light[0, -1], atol=1e-5), "what is clipped is white on the sensor, too"
        assert (np.diff(again[0, :, 1]) > -1e-6).all()


def test_the_mosaic_has_each_channel_at_its_place() -> None:
    seen = mosaic(flat(0.1, 0.5, 0.9)[:5, :7])

    assert np.array_equal(np.array([[0.1, 0.5], [0.5, 0.9]], np.float32), seen[:2, :2])
    assert np.array_equal(np.tile(seen[:2, :2], (3, 4))[:5, :7], seen)


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("size", [(6, 8), (5, 7), (3, 2), (2, 2)])
def test_every_way_of_demosaicing_keeps_what_was_seen_and_a_surface_of_one_colour(by: Any, size: Any) -> None:
    surface = flat(0.2, 0.4, 0.7)[: size[0], : size[1]]
    rough = generator(1).random((*size, 3), np.float32)

    assert np.allclose(surface, demosaiced(mosaic(surface), by), atol=2e-5)
    assert np.allclose(mosaic(rough), mosaic(demosaiced(mosaic(rough), by)), atol=2e-5)


@pytest.mark.parametrize("by", WAYS)
def test_a_ramp_of_grey_is_met_by_every_way_of_demosaicing(by: Any) -> None:
    ramp = np.broadcast_to(np.linspace(0.1, 0.9, 40, dtype=np.float32)[:, None, None], (40, 40, 3))

    assert np.allclose(ramp[3:-3, 3:-3], demosaiced(mosaic(ramp), by)[3:-3, 3:-3], atol=2e-5)


def test_malvars_filters_are_nearer_to_a_photograph_than_the_others() -> None:
    image = photograph()
    errors = [np.square(demosaiced(mosaic(image), by) - image).mean() for by in WAYS]

    assert errors[0] < 0.6 * min(errors[1:])


@pytest.mark.parametrize(("shot", "read"), [(0.012, 2e-4), (1e-4, 1e-3), (0.002, 1e-9)])
@pytest.mark.parametrize("light", [0.02, 0.3, 0.9])
def test_the_variance_of_the_noise_is_read_plus_shot_times_light(shot: float, read: float, light: float) -> None:
    seen = noisy(np.full((300, 300), light, np.float32), shot, read, generator(1))

    assert pytest.approx(read + shot * light, rel=0.03) == seen.var()
    assert abs(seen.mean() - light) < 4 * seen.std() / 300


def test_the_noise_of_the_isp_is_that_of_the_mosaic() -> None:
    """Of a grey surface: what is left of the variance behind gains, bilinear demosaicing and curves is known."""
    link, value = ISP(demosaic="bilinear"), 0.4
    drawn = draws(link, 1)[0] | {"weights": [1, 0, 0, 0], "noise": {"shot": 1e-5, "read": 1e-6, "seed": 1}}
    used = camera(*(drawn[each] for each in ("weights", "red", "blue", "gain")))
    light = unprocessed(flat(value, value, value), used)
    left = link.apply(flat(value, value, value), drawn)

    step = np.array([-1e-3, 1e-3], np.float32)[:, None, None]
    slope = np.diff(processed(light[:1, :1] * used.gains + step, used), axis=0) / 2e-3
    at_red = (left - value)[4:-4:2, 4:-4:2] @ used.matrix.T
    expected = (1e-6 + 1e-5 * light[0, 0, 0]) * used.gains[0] ** 2 * slope[0, 0, 0] ** 2
    assert pytest.approx(expected, rel=0.06) == at_red[..., 0].var()


def test_the_isp_draws_as_the_paper_says() -> None:
    drawn = draws(ISP(), 2000)
    shot, read = (np.log([each["noise"][key] for each in drawn]) for key in ("shot", "read"))
    scatter = read - (2.18 * shot + 1.20)
    red, blue, gain = (np.array([each[key] for each in drawn]) for key in ("red", "blue", "gain"))

    assert (np.log(0.0001) <= shot.min(), shot.max() <= np.log(0.012)) == (True, True)
    assert abs(shot.mean() - np.log([0.0001, 0.012]).mean()) < 0.1
    assert (abs(scatter.mean()) < 0.03, abs(scatter.std() - 0.26) < 0.02) == (True, True)
    assert abs(np.corrcoef(scatter, shot)[0, 1]) < 0.1
    assert (1.9 <= red.min() < 1.91, 2.39 < red.max() <= 2.4) == (True, True)
    assert (1.5 <= blue.min() < 1.51, 1.89 < blue.max() <= 1.9) == (True, True)
    assert (abs((1 / gain).mean() - 0.8) < 0.01, abs((1 / gain).std() - 0.1) < 0.01) == (True, True)
    assert np.allclose(1, [sum(each["weights"]) for each in drawn])


def test_an_isp_without_noise_draws_none_and_loses_only_what_the_mosaic_loses() -> None:
    link, image = made("isp", shot="none"), photograph()
    drawn = draws(link, 1)[0]

    assert drawn["noise"] is None
    assert np.abs(link.apply(image, drawn) - image).mean() < 0.02


def test_what_falls_on_the_sensor_went_through_the_links_as_light() -> None:
    link = made("isp", shot="none", links=[{"resize": {"to": "target", "kernel": "area", "by": "opencv"}}])
    checks = np.repeat((np.indices(SIZE).sum(0) % 2).astype(np.float32)[..., None] * 0.6, 3, axis=2)
    drawn = draws(link, 1)[0] | {"gain": 1.0, "weights": [1, 0, 0, 0]}
    middle = link.apply(checks, drawn)[20:40, 20:40].mean()

    assert TARGET == link.after(SIZE, drawn)
    assert abs(middle - self_tone(0.5 * self_light(0.6))) < 2e-3
    assert middle > 0.35, "the mean of light is brighter than that of grey levels"


def self_light(level: float) -> float:
    """Return the light of a grey level by the paper's curves, by bisection of smoothstep."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if 3 * middle**2 - 2 * middle**3 < level else (low, middle)
    return float(low**2.2)


def self_tone(light: float) -> float:
    curved = light ** (1 / 2.2)
    return float(3 * curved**2 - 2 * curved**3)


def test_the_curve_of_srgb_is_undone() -> None:
    levels = np.linspace(0, 1, 256, dtype=np.float32)

    assert np.allclose(levels, encoded(linear(levels)), atol=1e-6)
    assert np.allclose(
        [0, 0.04045 / 12.92, 0.21404114, 1], linear(np.array([0, 0.04045, 0.5, 1], np.float32)), atol=1e-6
    )


@pytest.mark.parametrize("value", [0.3, 0.7])
def test_the_noise_of_a_sensor_has_its_variance_in_linear_light(value: float) -> None:
    link = made("sensor", shot=[0.001, 0.001], read=[1e-4, 1e-4])

    light = linear(link.apply(flat(value, value, value), draws(link, 1)[0]))

    assert pytest.approx(1e-4 + 0.001 * linear(flat(value, value, value))[0, 0, 0], rel=0.03) == light.var()
    assert np.abs(np.corrcoef(light.reshape(-1, 3).T) - np.eye(3)).max() < 0.02


def test_the_noises_of_a_sensor_are_drawn_evenly_by_their_logarithms() -> None:
    drawn = draws(made("sensor", shot=[1e-4, 1e-2], read=[1e-8, 1e-4]))

    assert abs(np.mean(np.log10([each["shot"] for each in drawn])) + 3) < 0.1
    assert abs(np.mean(np.log10([each["read"] for each in drawn])) + 6) < 0.2


def test_a_camera_blurs_and_shrinks_light_before_the_sensor_and_compresses_last() -> None:
    link = Camera()
    drawn = draws(link)
    lens, pixels = (np.array([each["links"][0]["links"][at]["chosen"] for each in drawn]) for at in (0, 1))
    quality = [each["links"][1]["quality"] for each in drawn]

    assert {TARGET} == {link.after(SIZE, each) for each in drawn}
    assert abs(np.mean(lens == 0) - 0.5) < 0.07
    assert abs(np.mean(pixels == 0) - 0.8) < 0.06
    assert (60, 95) == (min(quality), max(quality))


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("averaged", [0.0, 1.0])
def test_a_camera_leaves_lr_where_hr_is(averaged: float, scale: int) -> None:
    """A bright spot stays in the middle, whether pixels gather light or the middle one is taken."""
    link = Camera(sigma=(3.0, 3.0), shot="none", averaged=averaged, quality=(95, 95))
    x = np.exp(-((np.arange(96) - 47.5) ** 2) / 2 / 9.0**2)
    spot = np.repeat((0.1 + 0.6 * x * x[:, None])[..., None].astype(np.float32), 3, axis=2)

    side = 96 // scale
    left = link.apply(spot, link.draw(generator(1), (96, 96), (side, side))).mean(-1) - 0.1
    centre = (left.sum(0) * np.arange(side)).sum() / left.sum()

    assert abs(centre - (side - 1) / 2) < 0.1


TRANSFORMS: list[tuple[str, dict[str, Any]]] = [
    ("MotionBlur", {"blur_limit": [5, 9]}),
    ("GaussNoise", {"std_range": [0.05, 0.1]}),
    ("ISONoise", {}),
    ("ShotNoise", {}),
    ("RandomBrightnessContrast", {}),
    ("ChromaticAberration", {}),
    ("RandomFog", {}),
]


@pytest.mark.parametrize(("transform", "options"), TRANSFORMS)
def test_a_transform_of_albumentations_leaves_every_generator_but_its_own(transform: str, options: Any) -> None:
    link, image = made("albumentation", transform=transform, options=options), photograph()
    before = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    drawn = draws(link, 3)

    once, again, other = link.apply(image, drawn[0]), link.apply(image, drawn[0]), link.apply(image, drawn[1])

    assert before == (random.getstate(), np.random.get_state()[1].tolist())  # type: ignore[index]
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)
    assert not np.array_equal(once, image)


def test_a_transform_runs_always_unless_its_options_say_otherwise() -> None:
    image = photograph()
    always, rarely = (made("albumentation", transform="GaussNoise", options=each) for each in ({}, {"p": 0.2}))
    changed = [
        [not np.array_equal(image, link.apply(image, each)) for each in draws(link, 60)] for link in (always, rarely)
    ]

    assert all(changed[0])
    assert 0.05 < np.mean(changed[1]) < 0.4


def test_a_transform_works_on_8_bits_where_that_is_asked_for() -> None:
    link = made("albumentation", transform="RandomGamma", rounding="uint8")
    levels = link.apply(photograph(), draws(link, 1)[0]) * 255

    assert np.abs(levels - levels.round()).max() < 1e-4


@pytest.mark.parametrize(
    ("transform", "options", "says"),
    [
        ("Rotate", {}, "`Rotate` moves pixels, or needs more than a picture; take a pixel-level transform"),
        ("Blurr", {}, "`Blurr` is not there"),
        ("MotionBlur", {"blur": 3}, "`MotionBlur`: Argument"),
        ("FDA", {}, "`FDA` moves pixels, or needs more than a picture"),
    ],
)
def test_a_transform_that_cannot_be_is_refused_by_one_line(transform: str, options: Any, says: str) -> None:
    with pytest.raises(ParamsError) as refused:
        made("albumentation", transform=transform, options=options)

    assert str(refused.value).startswith(f"albumentation: {says}")
    assert "\n" not in str(refused.value)


def test_a_transform_that_leaves_another_size_or_cannot_take_the_format_is_told() -> None:
    with pytest.raises(ImageError, match=r"^albumentation: makes uint8"):
        made("albumentation", transform="FromFloat").apply(photograph(), {"seed": 1})
