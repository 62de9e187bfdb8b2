"""Laws of a model's scores: whose names they bear, what a clip is worth, and what the network is never shown."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.errors import BatchError, ScoreError
from pipeline.evaluation.compared import compared
from pipeline.evaluation.samples import GAP, samples
from pipeline.evaluation.scoring import ImageScore, Judge, score, summary, write
from pipeline.evaluation.settings import Suite
from pipeline.images.colour import luma, to_float, to_uint8
from pipeline.images.crop import crop_to_multiple
from pipeline.images.resize import resize
from pipeline.images.similarity import psnr
from pipeline.kinds import Described, Sample
from pipeline.lookup import build, settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet, member_of
from pipeline.pairs.settings import Pairs
from pipeline.restoring.ensemble import SelfEnsemble
from pipeline.restoring.image import Restored, restore
from pipeline.saved import load_recipe, save, weights_of
from pipeline.shards.writing import pack

TO_TARGET = [{"resize": {"to": "target", "kernel": "bicubic"}}]
CPU = torch.device("cpu")


def levels(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def pairs_of(folder: Path, *samples: Sample, scale: int = 2, rounding: str = "uint8", chain: Any = TO_TARGET) -> Path:
    pack(samples, None, folder / "shards")
    block = {"source": "set", "scale": scale, "learner": "scratch", "rounding": rounding, "degradation": chain}
    wanted = settings(Pairs, block)
    make_pairs(wanted, "pairs-x", shards=folder / "shards", learner=folder, out=folder / "pairs", seed=1)
    return folder / "pairs"


def scored(folder: Path, pairs: Path, *metrics: str, network: str = "bicubic", scale: int = 2) -> list[ImageScore]:
    spec = {"network": {"name": network, "scale": scale}, "recipe": {"name": "fixed"}}
    save(folder / "model", spec, {}, {})
    suite = Suite({name: Described({"name": name}) for name in metrics}, "none")
    return score(suite, model=folder / "model", pairs=pairs, device=CPU)


@pytest.mark.parametrize(("member", "benchmark"), [("", "pairs-x"), ("town", "pairs-x/town"), ("a/b", "pairs-x/a/b")])
def test_a_benchmark_is_the_suite_and_the_set_where_it_joins_several(
    tmp_path: Path, member: str, benchmark: str
) -> None:
    pairs = pairs_of(tmp_path, Sample("a", {"hr": levels(20, 20, 3)}, member))

    (found,) = scored(tmp_path, pairs, "psnr_y8")

    assert (benchmark, "a") == (found.benchmark, found.image)
    assert (member or benchmark) == member_of(found.benchmark)


@pytest.mark.parametrize("scale", [2, 3])
def test_a_score_of_bicubic_is_the_formula_written_out(tmp_path: Path, scale: int) -> None:
    image = levels(25, 23, 3)
    (found,) = scored(tmp_path, pairs_of(tmp_path, Sample("a", {"hr": image}), scale=scale), "psnr_y8", scale=scale)

    hr = crop_to_multiple(image, scale)
    size = (hr.shape[0] // scale, hr.shape[1] // scale)
    lr = np.floor(np.clip(resize(to_float(hr), size), 0, 1) * 255 + 0.5).astype(np.uint8)
    sides = [luma(each).astype(np.float64)[scale:-scale, scale:-scale] for each in (resize(lr, hr.shape[:2]), hr)]
    assert pytest.approx(psnr(*sides), abs=1e-9) == found.values["psnr_y8"]


def test_a_score_of_bicubic_luma_is_the_formula_written_out(tmp_path: Path) -> None:
    image = levels(25, 24, 3)
    pairs = pairs_of(tmp_path, Sample("a", {"hr": image}), rounding="none")
    (found,) = scored(tmp_path, pairs, "psnr_y8", network="bicubic_luma")

    hr_y = luma(image[:24])
    sr_y = resize(resize(to_float(hr_y), (12, 12)), (24, 24))
    sides = [np.clip(np.floor(255 * sr_y + 0.5), 16, 235), hr_y.astype(np.float64)]
    assert pytest.approx(psnr(*(each[2:-2, 2:-2].astype(np.float64) for each in sides))) == found.values["psnr_y8"]


def test_a_score_of_a_clip_is_the_mean_of_its_frames(tmp_path: Path) -> None:
    frames = [levels(24, 24, 3, seed=n) // (n + 1) for n in range(3)]
    clip = pairs_of(tmp_path / "clip", Sample("a", {"hr": np.stack(frames)}))
    single = pairs_of(tmp_path / "single", *(Sample(f"f{n}", {"hr": frame}) for n, frame in enumerate(frames)))

    (whole,) = scored(tmp_path, clip, "psnr_y8", "ssim_yf")
    each = scored(tmp_path, single, "psnr_y8", "ssim_yf")

    for name, value in whole.values.items():
        assert pytest.approx(sum(one.values[name] for one in each) / 3) == value
    assert 3 == len({one.values["psnr_y8"] for one in each})


def test_a_perfect_restoration_has_no_psnr_and_a_similarity_of_one(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, Sample("flat", {"hr": np.full((24, 24, 3), 90, np.uint8)}))

    (found,) = scored(tmp_path, pairs, "ssim_y8", "ssim_yf")
    with pytest.raises(ScoreError) as raised:
        scored(tmp_path, pairs, "psnr_y8")

    assert pytest.approx({"ssim_y8": 1, "ssim_yf": 1}) == found.values
    assert "psnr_y8 of flat is inf: the restored image equals the truth or is no image" == str(raised.value)


def test_images_without_a_truth_or_without_lr_are_passed_over(tmp_path: Path) -> None:
    both = {"hr": levels(24, 24, 3), "lr": levels(12, 12, 3)}
    samples = [Sample("l", {"lr": both["lr"]}), Sample("a", both), Sample("h", {"hr": both["hr"]})]

    assert ["a"] == [each.image for each in scored(tmp_path, pairs_of(tmp_path, *samples, chain="given"), "psnr_y8")]


def test_a_score_depends_on_its_own_image_alone(tmp_path: Path) -> None:
    samples = [Sample(f"i{n}", {"hr": levels(20 + n, 21, 3, seed=n)}) for n in range(3)]
    forth, back = (pairs_of(tmp_path / each, *turned) for each, turned in (("f", samples), ("b", samples[::-1])))

    assert scored(tmp_path, forth, "psnr_yf") == scored(tmp_path, back, "psnr_yf")[::-1]


class Cheat(nn.Module):
    """Returns the truth."""

    def forward(self, hr: Tensor) -> Tensor:
        return hr


def test_the_truth_is_not_shown_to_the_network(tmp_path: Path) -> None:
    pairs = PairSet(pairs_of(tmp_path, Sample("a", {"hr": levels(20, 20, 3)})))
    recipe = build("recipes", {"name": "fixed"}, network=Cheat())

    with pytest.raises(BatchError, match=r"^the network reads `hr`; the image has only \['lr'\]$"):
        Judge(recipe, pairs, {}, CPU).score(pairs.entries[0])


def test_a_metric_that_reads_what_the_pairs_do_not_give_is_told(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, Sample("a", {"hr": levels(20, 20, 3)}), rounding="none")

    with pytest.raises(
        BatchError, match=r"^metric `psnr_yf` reads \['sr_yf', 'hr_yf'\]; there are only \['hr_y8', 'sc"
    ):
        scored(tmp_path, pairs, "psnr_yf", network="bicubic_luma")


@pytest.mark.parametrize("rounding", ["uint8", "none"])
def test_a_suite_is_scored_and_its_samples_are_made_with_its_ensemble(tmp_path: Path, rounding: str) -> None:
    folder = pairs_of(tmp_path, Sample("a", {"hr": levels(20, 26, 3)}), rounding=rounding)
    pairs, network = PairSet(folder), {"name": "espcn", "scale": 2, "widths": [3, 2]}
    torch.manual_seed(1)
    weights = weights_of({"network": build("networks", network)})
    save(tmp_path / "model", {"network": network, "recipe": {"name": "fixed"}}, weights, {})
    (entry,) = pairs.entries
    planes = {name: pairs.field(entry, name, pairs.whole(entry)) for name in entry.planes}
    hr, found, shown = planes.pop("hr"), set(), set()
    for how in get_args(SelfEnsemble):
        suite = Suite({"psnr_y8": Described({"name": "psnr_y8"})}, how)
        (own,) = score(suite, model=tmp_path / "model", pairs=folder, device=CPU)
        restored = restore(load_recipe(tmp_path / "model"), planes, 2, CPU, how)
        (frame,) = compared(restored, hr, 2, rounding)
        (sample,) = samples(tmp_path / "model", folder, CPU, how)
        made = restored.pixels
        if made is None:
            assert restored.luma is not None
            made = to_uint8(restored.luma)[..., None]
        width = made.shape[1]
        assert np.array_equal(made, sample.pixels[:, width + GAP : 2 * width + GAP])
        assert psnr(*(frame[side][2:-2, 2:-2] for side in ("sr_y8", "hr_y8"))) == own.values["psnr_y8"]
        found.add(own.values["psnr_y8"])
        shown.add(sample.pixels.tobytes())

    assert (3, 3) == (len(found), len(shown))


@pytest.mark.parametrize("rounding", ["uint8", "none"])
def test_a_clip_is_compared_frame_by_frame(rounding: str) -> None:
    hr, sr = levels(3, 5, 6, 3), levels(3, 5, 6, 3, seed=1)
    restored = Restored(to_float(luma(sr)), sr)

    frames = list(compared(restored, hr, 2, rounding))

    assert 3 == len(frames)
    for n, frame in enumerate(frames):
        (alone,) = compared(Restored(to_float(luma(sr[n])), sr[n]), hr[n], 2, rounding)
        assert alone.keys() == frame.keys()
        assert all(np.array_equal(alone[name], frame[name]) for name in alone)


def test_the_pixels_themselves_are_compared_too() -> None:
    hr, sr = levels(5, 6, 3), levels(5, 6, 3, seed=1)

    (fields,) = compared(Restored(None, sr), hr, 4, "uint8")

    assert {"sr", "hr", "sr_y8", "hr_y8", "sr_yf", "hr_yf", "scale"} == fields.keys()
    assert 4 == fields["scale"]
    assert np.array_equal(sr, fields["sr"])
    assert np.array_equal(hr, fields["hr"])


def test_means_stand_sorted_by_benchmark_with_the_number_of_images_and_six_decimals(tmp_path: Path) -> None:
    values = {"b-x2": [1 / 3, 2 / 3, 4 / 3], "a-x2": [1e-7]}
    scores = [ImageScore(name, f"i{n}", {"m": each}) for name, row in values.items() for n, each in enumerate(row)]

    write(scores, tmp_path / "means.json", tmp_path / "images.csv")

    assert {"a-x2": {"m": 0.0, "images": 1}, "b-x2": {"m": 0.777778, "images": 3}} == summary(scores)
    assert ["a-x2", "b-x2"] == list(summary(scores))
    assert summary(scores) == json.loads((tmp_path / "means.json").read_text())
    assert [
        ["benchmark", "image", "m"],
        ["b-x2", "i0", "0.333333"],
        ["b-x2", "i1", "0.666667"],
        ["b-x2", "i2", "1.333333"],
        ["a-x2", "i0", "0.0"],
    ] == list(csv.reader((tmp_path / "images.csv").read_text().splitlines()))
