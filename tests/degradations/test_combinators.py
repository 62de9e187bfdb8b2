"""Links of links: who runs, how often, in which order; and the chains that papers have named."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.degradations.bsrgan import BSRGAN
from pipeline.degradations.chain import Chain
from pipeline.degradations.real_esrgan import RealESRGAN
from pipeline.kinds import Drawn, Link
from pipeline.lookup import build
from pipeline.randomness import generator

SIZE, TARGET = (64, 48), (16, 12)
HALF, THIRD, JPEG = {"decimate": {"step": 2}}, {"decimate": {"step": 3, "first": 1}}, {"jpeg": {"quality": [30, 95]}}


def made(name: str, **options: Any) -> Link:
    link: Link = build("degradations", {"name": name, **options})
    return link


def image() -> NDArray[np.float32]:
    return np.random.default_rng(1).random((*SIZE, 3), np.float32)


def draws(link: Link, count: int = 400) -> list[Drawn]:
    return [link.draw(generator(n), SIZE, TARGET) for n in range(count)]


def test_one_of_runs_each_link_as_often_as_its_weight_says() -> None:
    link = made("one_of", links=[{"decimate": {"weight": w, "step": n + 2}} for n, w in enumerate((1, 3, 0.5))])
    drawn = draws(link, 900)
    counts = Counter(each["chosen"] for each in drawn)

    assert {0, 1, 2} == set(counts)
    assert np.allclose(np.array([1, 3, 0.5]) / 4.5, [counts[each] / 900 for each in range(3)], atol=0.05)
    for each in drawn[:20]:
        own = made("decimate", step=each["chosen"] + 2)
        assert np.array_equal(own.apply(image(), each["drawn"]), link.apply(image(), each))


@pytest.mark.parametrize(("chance", "low", "high"), [(0.0, 0, 0), (0.3, 0.24, 0.36), (1.0, 1, 1)])
def test_maybe_runs_on_its_share_of_the_images(chance: float, low: float, high: float) -> None:
    link = made("maybe", chance=chance, links=[HALF, THIRD])
    drawn = draws(link)
    sizes = [link.after(SIZE, each) for each in drawn]

    assert low <= np.mean([size == (11, 8) for size in sizes]) <= high
    assert {(11, 8), SIZE} >= set(sizes)
    assert all(link.apply(image(), each).shape[:2] == size for each, size in zip(drawn[:20], sizes[:20], strict=True))


def test_shuffled_runs_in_every_order_alike() -> None:
    drawn = draws(made("shuffled", links=[HALF, THIRD, JPEG]), 600)
    counts = Counter(tuple(each["order"]) for each in drawn)

    assert 6 == len(counts)
    assert 70 < min(counts.values()) <= max(counts.values()) < 130


def test_shuffled_keeps_the_order_that_is_asked_for() -> None:
    counts = Counter(
        tuple(each["order"]) for each in draws(made("shuffled", links=[HALF, THIRD, JPEG], in_order=[0, 1]))
    )

    assert {(0, 1, 2), (0, 2, 1), (2, 0, 1)} == set(counts)
    assert 100 < min(counts.values())


def test_shuffled_is_the_chain_of_its_order() -> None:
    link = made("shuffled", links=[HALF, THIRD])
    for drawn in draws(link, 6):
        chain = Chain([build("degradations", {"name": "decimate", **spec["decimate"]}) for spec in (HALF, THIRD)])
        chain = Chain([chain.links[each] for each in drawn["order"]])

        assert np.array_equal(chain.apply(image(), drawn), link.apply(image(), drawn))


def test_repeat_runs_anew_each_time() -> None:
    link = made("repeat", times=[0, 3], links=[{"jpeg": {"quality": [1, 100]}}, HALF])
    drawn = draws(link)

    assert {0: SIZE, 1: (32, 24), 2: (16, 12), 3: (8, 6)} == {each["times"]: link.after(SIZE, each) for each in drawn}
    assert [2 * each["times"] for each in drawn] == [len(each["links"]) for each in drawn]
    assert any(each["links"][0] != each["links"][2] for each in drawn if each["times"] > 1)


def names_of(link: Link, drawn: Drawn) -> list[str]:
    """Return the names of the links that do something, in their order."""
    inner = getattr(link, "links", None)
    if "chosen" in drawn and isinstance(inner, list):
        return names_of(inner[drawn["chosen"]], drawn["drawn"])
    if hasattr(link, "chain"):
        return names_of(link.chain, drawn) if drawn["links"] is not None else []
    if isinstance(inner, list):
        ordered = [inner[each] for each in drawn.get("order", range(len(inner)))]
        return [name for each, own in zip(ordered, drawn["links"], strict=True) for name in names_of(each, own)]
    return [type(link).__name__]


def test_real_esrgan_is_two_passes_and_a_sinc_with_the_shares_of_the_paper() -> None:
    link = RealESRGAN()
    orders = [names_of(link, each) for each in draws(link, 1500)]

    def share(holds: Any) -> float:
        return float(np.mean([holds(each) for each in orders]))

    assert {"Blur", "Sinc"} == {each[0] for each in orders}
    assert {("Resize", "JPEG")} == {(each[1], each[3]) for each in orders}
    assert {"Noise", "Poisson"} == {each[2] for each in orders}
    assert abs(share(lambda each: each[0] == "Sinc") - 0.1) < 0.03
    assert abs(share(lambda each: each[2] == "Noise") - 0.5) < 0.05
    assert abs(share(lambda each: each[4] in ("Blur", "Sinc")) - 0.8) < 0.04
    assert abs(share(lambda each: each[-1] == "JPEG") - 0.5) < 0.05
    assert abs(share(lambda each: "Sinc" in each[-2:]) - 0.8) < 0.04
    assert {3} == {each.count("Resize") for each in orders}
    assert {2} == {each.count("JPEG") for each in orders}


def test_real_esrgans_first_pass_shrinks_and_enlarges_as_the_paper_says() -> None:
    link = RealESRGAN()
    heights = np.array([each["links"][1]["drawn"]["size"][0] for each in draws(link, 1500)]) / SIZE[0]

    assert abs(np.mean(heights > 1) - 0.2) < 0.04
    assert abs(np.mean(heights < 1) - 0.7) < 0.05
    assert (0.14 < heights.min() < 0.2, 1.45 < heights.max() <= 1.51) == (True, True)


def test_real_esrgans_second_pass_starts_from_the_lr_size() -> None:
    link = RealESRGAN()
    heights = np.array([each["links"][5]["drawn"]["size"][0] for each in draws(link)]) / TARGET[0]

    assert (0.3 <= heights.min() < 0.4, 1.1 < heights.max() <= 1.2) == (True, True)


def test_the_ranges_of_real_esrgan_are_those_it_is_told() -> None:
    link = RealESRGAN(noise=((0.1, 0.1), (0.2, 0.2)), quality=((40, 40), (50, 50)))
    drawn = [each["links"] for each in draws(link)]

    assert {40} == {each[3]["quality"] for each in drawn}
    assert {0.1} == {each[2]["drawn"]["sigma"] for each in drawn if each[2]["chosen"] == 0}
    assert {0.2} == {each[6]["drawn"]["sigma"] for each in drawn if each[6]["chosen"] == 0}


@pytest.mark.parametrize("scale", [2, 4])
def test_bsrgan_shrinks_by_chance_before_it_shrinks_to_the_lr_size_and_compresses_last(scale: Any) -> None:
    link = BSRGAN(scale)
    orders = [names_of(link, each) for each in draws(link)]

    assert {"JPEG"} == {each[-1] for each in orders}
    assert {1, 2} == {each.count("JPEG") for each in orders}
    assert {1} == {each.count("Noise") for each in orders}
    assert abs(np.mean(["Decimate" in each for each in orders]) - 0.25) < 0.07
    assert abs(np.mean([each[0] == "Blur" for each in orders]) - 0.33) < 0.15
    assert {TARGET} == {link.after(SIZE, each) for each in draws(link)}
