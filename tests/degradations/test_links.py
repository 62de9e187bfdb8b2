"""Laws of the links one by one: what their options mean, that a chain is its links, and what a learned link runs."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.degradations import learned
from pipeline.degradations.chain import Chain
from pipeline.degradations.learned import Learned
from pipeline.errors import DataError
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.resize import resize
from pipeline.kinds import Link
from pipeline.lookup import build
from pipeline.randomness import generator
from pipeline.saved import save

TARGET = (7, 9)
SIZE = (15, 18)
SHAPES = {"rgb": (*SIZE, 3), "grey": (*SIZE, 1), "clip": (3, *SIZE, 3), "grey clip": (2, *SIZE, 1)}


def image(kind: str = "rgb") -> NDArray[np.float32]:
    return np.random.default_rng(1).random(SHAPES[kind], np.float32)


def resizing(**options: Any) -> Link:
    link: Link = build("degradations", {"name": "resize", "kernel": "bicubic", **options})
    return link


def run(link: Link, given: NDArray[np.float32], *keys: str | int) -> NDArray[np.float32]:
    return link.apply(given, link.draw(generator(*(keys or (1, "a"))), SIZE, TARGET))


@pytest.mark.parametrize("kernel", ["nearest", "bilinear", "bicubic", "lanczos2", "lanczos3"])
@pytest.mark.parametrize("border", ["symmetric", "replicate"])
def test_a_resize_is_matlabs_with_the_kernel_and_border_that_are_named(kernel: Any, border: Any) -> None:
    options = {"kernel": kernel, "border": border}

    floating, rounded = (run(resizing(to="target", rounding=each, **options), image()) for each in ("none", "uint8"))

    assert np.array_equal(resize(image(), TARGET, **options), floating)
    assert np.array_equal(to_float(resize(to_uint8(image()), TARGET, **options)), rounded)


def test_a_resize_in_eight_bits_gives_grey_levels_in_the_unit_range() -> None:
    contrast = np.zeros((*SIZE, 3), np.float32)
    contrast[:, 8:] = 1

    floating, rounded = (run(resizing(to="target", rounding=each), contrast) for each in ("none", "uint8"))

    assert (floating.min() < 0, floating.max() > 1) == (True, True)
    assert np.array_equal(to_float(resize((contrast * 255).astype(np.uint8), TARGET)), rounded)
    assert (rounded.min() >= 0, rounded.max() <= 1) == (True, True)


@pytest.mark.parametrize(
    ("to", "size", "expected"),
    [
        ("target", (15, 18), TARGET),
        (0.5, (30, 18), (15, 9)),
        (3, (5, 4), (15, 12)),
        (0.1, (4, 4), (1, 1)),
        (0.3, (9, 4), (3, 1)),
    ],
)
def test_a_fixed_resize_leaves_its_size_whatever_chance_says(to: Any, size: Any, expected: tuple[int, int]) -> None:
    link = resizing(to=to)

    assert {expected} == {link.after(size, link.draw(generator(n), size, TARGET)) for n in range(5)}


def test_a_drawn_factor_is_one_for_both_sides_and_fills_its_range() -> None:
    link = resizing(to=[0.5, 2.0])
    sizes = [link.after((1000, 2000), link.draw(generator(n), (1000, 2000), TARGET)) for n in range(200)]
    factors = np.array(sizes) / (1000, 2000)

    assert np.allclose(factors[:, 0], factors[:, 1], atol=1e-3)
    assert (0.5 <= factors.min() < 0.52, 1.97 < factors.max() <= 2) == (True, True)
    assert 1.15 < factors.mean() < 1.35


def test_a_chain_is_its_links_in_their_order() -> None:
    first, second = resizing(to=[0.4, 0.9], kernel="bilinear"), resizing(to="target", kernel="lanczos3")
    rng = generator(7)
    drawn = [first.draw(rng, SIZE, TARGET)]
    drawn.append(second.draw(rng, first.after(SIZE, drawn[0]), TARGET))

    chain = Chain([first, second])

    assert {"links": drawn} == chain.draw(generator(7), SIZE, TARGET)
    assert np.array_equal(second.apply(first.apply(image(), drawn[0]), drawn[1]), run(chain, image(), 7))
    assert not np.array_equal(run(Chain([second, first]), image(), 7)[:1], run(chain, image(), 7)[:1])


def test_the_links_of_a_chain_draw_from_one_generator_one_after_the_other() -> None:
    link = resizing(to=[0.1, 1.0])

    sizes = [each["size"] for each in Chain([link, link]).draw(generator(1), (4000, 4000), TARGET)["links"]]

    assert sizes[1][0] / sizes[0][0] != pytest.approx(sizes[0][0] / 4000, rel=1e-3)


class Noise(nn.Module):
    """Halves the image and adds noise of its own chance; what leaves may lie beyond [0, 1]."""

    scale = 2

    def __init__(self, strength: float = 0.0) -> None:
        super().__init__()
        self.strength = strength
        self.weight = nn.Parameter(torch.tensor(3.0))

    def forward(self, hr: Tensor) -> dict[str, Tensor]:
        half = nn.functional.avg_pool2d(hr, 2)
        channels = torch.tensor([1.0, 0.8, 0.6]).view(3, 1, 1)
        return {"lr": self.weight * channels * (half - 0.4) + self.strength * torch.randn(half.shape)}


@pytest.fixture(params=[0.0, 0.5])
def noisy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Learned:
    """A learned link whose network has no chance of its own, or some."""
    network = Noise(request.param).eval()
    monkeypatch.setattr(learned, "load_network", lambda _folder, player: {"degrader": network}[player])
    return Learned(Path("nowhere"))


@pytest.mark.parametrize("kind", SHAPES)
def test_a_learned_link_is_deterministic_and_keeps_range_size_and_input(noisy: Learned, kind: str) -> None:
    given = image(kind)
    drawn = noisy.draw(generator(1), SIZE, TARGET)

    first, second = noisy.apply(given, drawn), noisy.apply(given, json.loads(json.dumps(drawn)))

    assert np.array_equal(first, second)
    assert np.array_equal(image(kind), given)
    assert ((*given.shape[:-3], *noisy.after(SIZE, drawn), given.shape[-1]), "float32") == (
        first.shape,
        first.dtype.name,
    )
    assert (first.min() >= 0, first.max() <= 1) == (True, True)
    assert drawn == noisy.draw(generator(1), SIZE, TARGET)


def test_what_a_network_makes_beyond_the_unit_range_is_clipped(noisy: Learned) -> None:
    made = run(noisy, image())

    assert (0, 1) == (made.min(), made.max())


def test_a_learned_link_leaves_the_chance_of_others_alone(noisy: Learned) -> None:
    state = torch.get_rng_state()
    noisy.apply(image(), {"seed": 3})

    assert torch.equal(state, torch.get_rng_state())


def test_a_learned_link_keeps_its_chance_when_several_threads_run_it(noisy: Learned) -> None:
    draws = [{"seed": seed} for seed in range(40)]
    noisy.network.register_forward_pre_hook(lambda *_: time.sleep(0.001))  # between seed and chance
    apart = [noisy.apply(image(), drawn) for drawn in draws]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda drawn: noisy.apply(image(), drawn), draws))

    np.testing.assert_array_equal(apart, together)


def test_another_draw_of_a_learned_link_moves_what_is_random_in_its_network_and_nothing_else(noisy: Learned) -> None:
    network = noisy.network
    assert isinstance(network, Noise)

    assert (network.strength > 0) != np.array_equal(run(noisy, image(), 1), run(noisy, image(), 2))


def test_a_learned_link_degrades_a_clip_as_its_frames_with_one_chance_for_all(noisy: Learned) -> None:
    clip = image("clip")

    frames = [noisy.apply(frame, {"seed": 0}) for frame in clip]

    assert np.array_equal(noisy.apply(clip, {"seed": 0}), np.stack(frames))


def test_a_learned_link_of_a_grey_image_is_the_mean_of_what_its_network_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "load_network", lambda _folder, _player: Noise().eval())
    link, grey = Learned(Path("nowhere")), image("grey")

    colour = link.apply(np.repeat(grey, 3, axis=-1), {"seed": 0})

    assert np.ptp(colour, axis=-1).max() > 0
    assert np.allclose(colour.mean(-1, keepdims=True), link.apply(grey, {"seed": 0}), atol=1e-6)


def test_a_learned_link_needs_a_model_that_learnt_to_degrade(tmp_path: Path) -> None:
    spec = {"network": {"name": "bicubic", "scale": 2}, "recipe": {"name": "fixed"}}
    save(tmp_path / "model", spec, {}, {})

    with pytest.raises(DataError, match="its recipe `fixed` trains no `degrader`"):
        build("degradations", {"name": "learned"}, learner=tmp_path / "model")
