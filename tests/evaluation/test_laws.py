"""Laws of scoring: what is compared, what is left out, and that nothing scored is never a number."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pipeline.errors import ScoreError
from pipeline.evaluation.compared import compared
from pipeline.evaluation.scoring import ImageScore, Judge, score, summary, write
from pipeline.evaluation.settings import Suite
from pipeline.images.colour import luma, to_float, to_rgb, to_ycbcr
from pipeline.images.resize import resize
from pipeline.kinds import Described, Sample
from pipeline.lookup import build
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet
from pipeline.pairs.settings import Pairs
from pipeline.restoring.image import Restored, restore
from pipeline.saved import save
from pipeline.shards.writing import pack

RNG = np.random.default_rng(5)
NETWORK = {"name": "bicubic", "scale": 2}
SPEC = {"network": NETWORK, "recipe": {"name": "fixed"}}


def pixels(*shape: int) -> Any:
    return RNG.integers(0, 256, shape, np.uint8)


def suite(*metrics: str) -> Suite:
    return Suite({name: Described({"name": name}) for name in metrics}, "none")


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Two RGB images and a grey one of odd sizes, members of two sets, with LR at x2."""
    samples = [Sample(f"i{n}", {"hr": pixels(31 + n, 27, 1 + 2 * (n < 2))}, "b" if n else "a") for n in range(3)]
    pack(samples, None, tmp_path / "shards")
    wanted = Pairs("some", 2, "scratch", "uint8", [Described({"name": "resize", "to": "target", "kernel": "bicubic"})])
    make_pairs(wanted, "some-x2", shards=tmp_path / "shards", learner=tmp_path, out=tmp_path / "pairs", seed=1)
    return tmp_path / "pairs"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    save(tmp_path / "model", SPEC, {}, {})
    return tmp_path / "model"


def test_scores_stand_under_their_members_and_means_are_means_of_images(
    tmp_path: Path, model: Path, pairs: Path
) -> None:
    scores = score(suite("psnr_y8", "ssim_yf"), model=model, pairs=pairs, device=torch.device("cpu"))

    write(scores, tmp_path / "means.json", tmp_path / "images.csv")

    means = json.loads((tmp_path / "means.json").read_text())
    with (tmp_path / "images.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"some-x2/a": 1, "some-x2/b": 2} == {benchmark: each["images"] for benchmark, each in means.items()}
    assert ["i0", "i1", "i2"] == [row["image"] for row in rows]
    for metric in ("psnr_y8", "ssim_yf"):
        own = [float(row[metric]) for row in rows]
        assert means["some-x2/a"][metric] == pytest.approx(own[0], abs=2e-6)
        assert means["some-x2/b"][metric] == pytest.approx(sum(own[1:]) / 2, abs=2e-6)


def test_nothing_to_score_is_an_error(tmp_path: Path, model: Path) -> None:
    pack([Sample("a", {"lr": pixels(9, 9, 3)})], None, tmp_path / "shards")
    given = Pairs("some", 2, "scratch", "uint8", "given")
    make_pairs(given, "some-x2", shards=tmp_path / "shards", learner=tmp_path, out=tmp_path / "pairs", seed=1)

    with pytest.raises(ScoreError, match="no image has both LR and a truth; nothing to score"):
        score(suite("psnr_y8"), model=model, pairs=tmp_path / "pairs", device=torch.device("cpu"))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_an_error_that_names_metric_and_image(
    pairs: Path, model: Path, value: float
) -> None:
    class Broken:
        better: ClassVar[Literal["higher", "lower"]] = "higher"
        unit: ClassVar[str] = "dB"

        def __call__(self, sr_y8: Any) -> float:
            return value

    broken: Any = Broken()
    judge = Judge(
        build("recipes", {"name": "fixed"}, network=build("networks", NETWORK)),
        PairSet(pairs),
        {"broken": broken},
        torch.device("cpu"),
    )

    with pytest.raises(ScoreError, match=f"broken of i0 is {value}"):
        judge.score(judge.pairs.entries[0])


def test_the_border_of_scale_pixels_is_left_out() -> None:
    hr = pixels(20, 24, 3)
    framed = hr.copy()
    framed[:2], framed[-2:], framed[:, :2], framed[:, -2:] = 0, 0, 0, 0
    inner = hr.copy()
    inner[2, 2] ^= 255

    for name in ("psnr_y8", "psnr_yf", "psnr_rgb", "ssim_y8", "ssim_yf"):
        metric = build("metrics", {"name": name})
        fields = {
            side: luma(image).astype(np.float64) for side, image in (("hr", hr), ("framed", framed), ("inner", inner))
        }
        best = metric(fields["hr"], fields["hr"], 2)
        assert best == metric(fields["framed"], fields["hr"], 2), name
        assert best != metric(fields["inner"], fields["hr"], 2), name


def test_a_grey_truth_is_its_own_luma_and_the_mean_of_three_outputs_is_compared() -> None:
    hr, sr = pixels(8, 9, 1), pixels(8, 9, 3)

    (fields,) = compared(Restored(None, sr), hr, 2, "uint8")

    assert np.array_equal(hr[..., 0], fields["hr_y8"])
    assert np.array_equal(hr[..., 0], fields["hr_yf"])
    assert np.allclose(sr.astype(np.float64).mean(-1), fields["sr_yf"])
    assert np.array_equal(np.floor(sr.astype(np.float64).mean(-1) + 0.5), fields["sr_y8"])


def test_luma_of_colour_is_rounded_in_y8_and_not_in_yf() -> None:
    hr, sr = pixels(8, 9, 3), pixels(8, 9, 3)
    weights = np.array([65.481, 128.553, 24.966]) / 255

    (fields,) = compared(Restored(None, sr), hr, 2, "uint8")

    assert np.allclose(sr @ weights + 16, fields["sr_yf"])
    assert np.array_equal(np.floor(hr @ weights + 16.5), fields["hr_y8"])


@pytest.mark.parametrize(
    ("channels", "expected"),
    [(3, [16, 16, 16, 100, 101, 235, 235, 235]), (1, [0, 3, 16, 100, 101, 235, 236, 255])],
    ids=["colour", "grey"],
)
def test_luma_alone_is_rounded_and_that_of_a_colour_image_clipped_to_the_range_of_colours(
    channels: int, expected: list[int]
) -> None:
    levels = np.array([[-20.0, 3.0, 15.6, 100.4, 100.5, 235.4, 236.0, 300.0]], np.float32)

    (fields,) = compared(Restored(levels / np.float32(255), None), pixels(1, 8, channels), 2, "none")

    assert expected == fields["sr_y8"][0].tolist()


def test_a_network_that_makes_another_size_is_told() -> None:
    with pytest.raises(ScoreError, match=r"the network made \(8, 8\), the truth has \(8, 9\)"):
        list(compared(Restored(None, pixels(8, 8, 3)), pixels(8, 9, 3), 2, "uint8"))


def test_rounding_none_needs_a_network_that_restores_luma() -> None:
    with pytest.raises(ScoreError, match="judge luma; this network restores none"):
        list(compared(Restored(None, pixels(8, 9, 3)), pixels(8, 9, 3), 2, "none"))


def test_a_mean_is_over_images_not_over_pixels() -> None:
    scores = [ImageScore("s-x2", "a", {"psnr_y8": 30.0}), ImageScore("s-x2", "b", {"psnr_y8": 33.0})]

    assert {"s-x2": {"psnr_y8": 31.5, "images": 2}} == summary(scores)


class LumaOnly(nn.Module):
    def forward(self, lr_y: Tensor) -> dict[str, Tensor]:
        return {"sr_y": lr_y.repeat_interleave(2, -1).repeat_interleave(2, -2)}


@pytest.mark.parametrize("size", [(13, 17), (5, 4)])
def test_a_luma_network_gets_bicubic_colours(size: tuple[int, int]) -> None:
    lr = pixels(*size, 3)
    recipe = build("recipes", {"name": "fixed"}, network=LumaOnly())

    restored = restore(recipe, {"lr": lr}, 2, torch.device("cpu"))

    own = to_float(luma(lr)).repeat(2, 0).repeat(2, 1)
    colours = resize(to_ycbcr(to_float(lr))[..., 1:], (size[0] * 2, size[1] * 2))
    expected = to_rgb(np.concatenate([own[..., None], colours], -1))
    assert restored.luma is not None
    assert restored.pixels is not None
    assert np.allclose(own, restored.luma)
    assert np.array_equal(np.floor(np.clip(expected, 0, 1) * 255 + 0.5), restored.pixels)


def test_a_grey_image_stays_grey_in_a_luma_network() -> None:
    recipe = build("recipes", {"name": "fixed"}, network=LumaOnly())

    restored = restore(recipe, {"lr": pixels(6, 7, 1)}, 2, torch.device("cpu"))

    assert restored.pixels is not None
    assert (12, 14, 1) == restored.pixels.shape
