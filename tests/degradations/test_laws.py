"""Laws of every degradation: all chance is in the draw, and the promised size leaves."""

from __future__ import annotations

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.degradations.chain import Chain
from pipeline.kinds import Link
from pipeline.lookup import build, names, signature
from pipeline.randomness import generator

OWN = Path(__file__).parent / "own"
"""Stands for the folder of the user's own files."""
TARGET = (7, 9)
SIZE = (14, 18)
CIRCULAR = {"sigma": [0.5, 2.0], "size": [7, 7], "border": "circular"}
SPECS: list[dict[str, Any]] = [
    {"name": "resize", "to": "target", "kernel": "bicubic"},
    {"name": "resize", "to": "target", "kernel": "bicubic", "rounding": "uint8"},
    {"name": "resize", "to": [0.4, 1.5], "kernel": "bilinear"},
    {"name": "resize", "to": [0.4, 1.5], "kernel": "bicubic", "by": "opencv", "of": "target", "evenly": "divisor"},
    {"name": "resize", "to": 0.5, "kernel": "area", "by": "opencv", "rounding": "uint8"},
    {"name": "resize", "to": 1.0, "kernel": "nearest", "by": "opencv"},
    {"name": "blur", "sigma": [0.2, 3.0], "size": [7, 21]},
    {"name": "blur", "sigma": [0.2, 3.0], "size": [7, 21], "shape": "elliptic", "rounding": "uint8"},
    {"name": "blur", "sigma": [0.2, 3.0], "size": [25, 25], "profile": "plateau", "beta": [1, 2], "border": "circular"},
    {"name": "blur", "sigma": [0.1, 2.0], "size": [1, 5], "beta": [0.5, 4], "evenly": "variance", "shift": 0.5},
    {"name": "blur", "sigma": [2.0, 2.0], "size": [9, 9], "shape": "elliptic", "across": [0.5, 1.0]},
    {"name": "motion", "length": [0.5, 6.0], "size": 7},
    {"name": "motion", "length": [4.0, 12.0], "size": 13, "path": "shake", "anxiety": [0.0, 0.1], "border": "zero"},
    {"name": "kernel", "file": "skew.npy", "of": "correlation"},
    {"name": "kernel", "file": "skew.npy", "of": "convolution", "index": 1, "border": "circular", "rounding": "uint8"},
    {"name": "sinc", "cutoff": [0.2, 1.0], "size": [7, 21]},
    {"name": "disk", "radius": [0.5, 4.0], "border": "zero"},
    {"name": "decimate", "step": 2, "first": 1},
    {"name": "noise", "sigma": [0.01, 0.1], "grey": 0.5},
    {"name": "noise", "sigma": [0.01, 0.1], "correlated": 1.0},
    {"name": "poisson", "scale": [0.05, 3.0]},
    {"name": "poisson", "scale": [0.05, 3.0], "grey": 1.0},
    {"name": "speckle", "sigma": [0.1, 0.3], "grey": 0.5},
    {"name": "sharpen"},
    {"name": "sharpen", "amount": [0.5, 2.0], "sigma": [0.5, 2.0], "size": 7, "threshold": 0.0},
    {"name": "colour", "brightness": [0.5, 1.5], "contrast": [0.5, 1.5], "saturation": [0, 2], "hue": [-90, 90]},
    {"name": "quantise", "bits": [1, 16]},
    {"name": "quantise", "bits": 5},
    {"name": "jpeg", "quality": [30, 95]},
    {"name": "webp", "quality": [30, 95]},
    {
        "name": "chain",
        "links": [
            {"resize": {"to": [0.5, 0.9], "kernel": "lanczos3"}},
            {"resize": {"to": "target", "kernel": "bicubic"}},
        ],
    },
    {
        "name": "one_of",
        "links": [{"noise": {"weight": 1, "sigma": [0, 1]}}, {"decimate": {"weight": 2.5, "step": 3}}],
    },
    {"name": "maybe", "chance": 0.5, "links": [{"jpeg": {"quality": [5, 5]}}, {"decimate": {"step": 2}}]},
    {"name": "shuffled", "links": [{"disk": {"radius": [1, 2]}}, {"decimate": {"step": 2}}], "in_order": [0]},
    {"name": "repeat", "times": [0, 3], "links": [{"resize": {"to": [0.8, 1.2], "kernel": "bilinear"}}]},
    {"name": "isp"},
    {"name": "isp", "shot": "none", "demosaic": "edge_aware", "links": [{"decimate": {"step": 2}}]},
    {"name": "sensor", "shot": [0.0001, 0.012], "read": [1e-8, 1e-4]},
    {"name": "patches", "file": "rough.npy"},
    {"name": "camera"},
    {"name": "camera", "demosaic": "bilinear", "shot": "none", "averaged": 0.5},
    {"name": "albumentation", "transform": "MotionBlur", "options": {"blur_limit": [3, 7]}},
    {"name": "albumentation", "transform": "GaussNoise", "options": {"p": 0.5}, "rounding": "uint8"},
    {"name": "varying", "links": [{"disk": {"radius": [1, 2]}}, {"speckle": {"sigma": [0, 1]}}], "map": "field"},
    {"name": "varying", "links": [{"blur": {"sigma": [0.2, 3], "size": [7, 9]}}, {"jpeg": {"quality": [5, 9]}}]},
    {"name": "real_esrgan"},
    {"name": "bsrgan", "scale": 2},
    {"name": "bsrgan", "scale": 4},
    {"name": "hidden", "number": 1, "scale": 2},
    {"name": "bi"},
    {"name": "bd", "scale": 3},
    {"name": "bd", "scale": 4},
    {"name": "dn"},
    {"name": "mzsr", "kernel": "g_d_2.0", "scale": 2},
    {"name": "mzsr", "kernel": "g_d_ani", "scale": 4},
    {"name": "mzsr", "kernel": "g_b_1.3", "scale": 2},
    {"name": "mzsr", "kernel": "g_d_random", "scale": 4},
    {"name": "dpsr", "blur": {"name": "disk", "radius": [1, 4], "border": "circular"}},
    {"name": "dpsr", "blur": {"name": "blur", **CIRCULAR, "rounding": "uint8"}, "sigma": [0.0, 0.1]},
]
ELSEWHERE = {"learned"}
"""Needs a trained network: `tests/test_end_to_end.py` runs it."""


UNBOUNDED = {"resize", "sinc", "chain", "repeat", "mzsr"}
"""What leaves them may overshoot [0, 1]: bicubic kernels and sincs have negative weights."""
KEYS = "abcdef"
"""Enough that each branch of what runs by chance is met."""


def image(kind: str = "rgb") -> NDArray[np.float32]:
    shape = {"rgb": (*SIZE, 3), "grey": (*SIZE, 1), "clip": (2, *SIZE, 3)}[kind]
    return np.random.default_rng(1).random(shape, np.float32)


def test_every_part_of_the_folder_has_an_example() -> None:
    assert set(names("degradations")) == {spec["name"] for spec in SPECS} | ELSEWHERE


def test_no_option_is_called_as_what_stands_beside_options_in_a_list() -> None:
    taken = {(part, each.name) for part in names("degradations") for each in signature("degradations", part)}

    assert not {(part, name) for part, name in taken if name in ("name", "weight")}


def made(spec: dict[str, Any]) -> Link:
    link: Link = build("degradations", spec, own=OWN)
    return link


@pytest.mark.parametrize("spec", SPECS, ids=str)
@pytest.mark.parametrize("kind", ["rgb", "grey", "clip"])
def test_applying_is_deterministic_keeps_its_input_and_the_promised_size(spec: dict[str, Any], kind: str) -> None:
    link, given = made(spec), image(kind)
    before = given.copy()
    for key in KEYS:
        drawn = link.draw(generator(1, key), SIZE, TARGET)

        first, second = link.apply(given, drawn), link.apply(given, drawn)

        assert np.array_equal(first, second)
        assert np.array_equal(before, given)
        assert np.float32 == first.dtype
        assert (*given.shape[:-3], *link.after(SIZE, drawn), given.shape[-1]) == first.shape


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_same_key_draws_the_same_and_json_keeps_it(spec: dict[str, Any]) -> None:
    link = made(spec)
    for key in KEYS:
        first, second = (link.draw(generator(1, key), SIZE, TARGET) for _ in range(2))
        read = json.loads(json.dumps(first, allow_nan=False))

        assert first == second == read
        assert np.array_equal(link.apply(image(), first), link.apply(image(), read))


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_drawing_reads_its_generator_alone(spec: dict[str, Any]) -> None:
    link = made(spec)
    before = [link.draw(generator(1, key), SIZE, TARGET) for key in KEYS]
    np.random.seed(7)
    cv2.setRNGSeed(7)

    after = [link.draw(generator(1, key), SIZE, TARGET) for key in reversed(KEYS)]

    assert before == after[::-1]


SEEDED = {"setRNGSeed": cv2.setRNGSeed, "randn": cv2.randn}
GLOBAL = [
    *((module, name) for module in (np.random, random) for name in module.__all__ if name[0].islower()),
    *((cv2, name) for name in ("randn", "randu", "randShuffle", "setRNGSeed")),
]
"""What reads or moves a generator that is not the link's: of the process, or OpenCV's, of which each thread has one;
``default_rng`` does so without a seed, from the clock."""


@pytest.fixture
def barred(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything raise that takes chance from anywhere but a seed."""
    make = np.random.default_rng
    for module, name in GLOBAL:
        monkeypatch.setattr(module, name, refuse)
    monkeypatch.setattr(np.random, "default_rng", lambda *seed: make(*seed) if seed else refuse())


def refuse(*values: Any, **named: Any) -> Any:
    raise AssertionError("chance that is not the draw's")


@pytest.mark.usefixtures("barred")
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_no_link_asks_the_generators_of_the_process(spec: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    if spec.get("transform") == "GaussNoise":
        for name, ask in SEEDED.items():  # albumentations seeds it, which each thread has its own of, before each noise
            monkeypatch.setattr(cv2, name, ask)
    link, given = made(spec), image()
    for key in KEYS:
        link.apply(given, link.draw(generator(1, key), SIZE, TARGET))


@pytest.mark.parametrize("rounding", ["none", "uint8"])
def test_two_threads_make_the_noise_of_opencv_that_one_makes(rounding: str) -> None:
    spec = {"name": "albumentation", "transform": "GaussNoise", "rounding": rounding}
    given = np.full((64, 64, 3), 0.5, np.float32)
    alone = [made(spec).apply(given, {"seed": seed}) for seed in range(100)]
    links = [made(spec) for _ in range(2)]  # a link lets one thread in at a time; OpenCV's generator has to bear two
    begun = threading.Barrier(2)

    def work(link: Link) -> list[NDArray[np.float32]]:
        begun.wait()
        return [link.apply(given, {"seed": seed}) for seed in range(100)]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(work, links)

    assert np.array_equal(alone, first)
    assert np.array_equal(alone, second)


def test_a_thread_has_a_generator_of_opencv_of_its_own() -> None:
    def drawn() -> list[float]:
        noise = np.zeros((9, 1))
        cv2.randn(noise, np.zeros(1), np.ones(1))
        return noise.ravel().tolist()

    cv2.setRNGSeed(5)
    expected = drawn()

    cv2.setRNGSeed(5)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(cv2.setRNGSeed, 9).result()
        pool.submit(drawn).result()

    assert expected == drawn()


@pytest.mark.usefixtures("barred")
def test_the_generators_of_the_process_are_barred_there() -> None:
    asked: list[Any] = [np.random.rand, np.random.seed, np.random.default_rng, random.random, random.seed, cv2.randn]

    for ask in asked:
        with pytest.raises(AssertionError, match="not the draw's"):
            ask()
    assert 0 <= np.random.default_rng(3).random() < 1


@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec["name"] not in UNBOUNDED], ids=str)
def test_what_promises_the_unit_range_keeps_it(spec: dict[str, Any]) -> None:
    link = made(spec)
    checks = np.indices((*SIZE, 3)).sum(0) % 2
    for key in KEYS:
        left = link.apply(checks.astype(np.float32), link.draw(generator(1, key), SIZE, TARGET))

        assert (left.min() >= -1e-6, left.max() <= 1 + 1e-6) == (True, True)


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_a_clip_is_degraded_frame_by_frame_with_one_draw(spec: dict[str, Any]) -> None:
    link, clip = made(spec), image("clip")
    for key in KEYS:
        drawn = link.draw(generator(1, key), SIZE, TARGET)

        assert np.array_equal(link.apply(clip, drawn), np.stack([link.apply(frame, drawn) for frame in clip]))


def test_another_key_draws_another_size() -> None:
    link = made({"name": "resize", "to": [0.1, 4.0], "kernel": "bicubic"})
    sizes = {tuple(link.draw(generator(1, key), (400, 400), TARGET)["size"]) for key in "abcdefgh"}

    assert len(sizes) == 8
    assert all(40 <= height <= 1600 and 40 <= width <= 1600 for height, width in sizes)


def test_a_link_of_a_chain_draws_for_the_size_that_reaches_it() -> None:
    half = {"resize": {"to": [0.5, 0.5], "kernel": "bicubic"}}
    chain = made({"name": "chain", "links": [half, half]})
    drawn = chain.draw(generator(1), (40, 20), TARGET)

    assert (10, 5) == chain.after((40, 20), drawn)
    assert (10, 5, 1) == chain.apply(np.zeros((40, 20, 1), np.float32), drawn).shape


def test_an_empty_chain_leaves_the_image_as_it_is() -> None:
    chain = Chain([])

    assert np.array_equal(image(), chain.apply(image(), chain.draw(generator(1), SIZE, SIZE)))
