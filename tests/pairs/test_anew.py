"""Laws of LR made anew: a function of the stream and n alone, and what the stored LR would be away from any chance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.images import threads
from pipeline.images.colour import to_float, to_uint8
from pipeline.kinds import Link, Sample
from pipeline.lookup import settings
from pipeline.pairs.anew import Anew
from pipeline.pairs.batches import Batches
from pipeline.pairs.drawing import chain_of
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet
from pipeline.pairs.settings import Pairs
from pipeline.randomness import generator
from pipeline.shards.writing import pack

SCALE, PATCH, MARGIN = 2, 5, 6
BICUBIC = [{"resize": {"to": "target", "kernel": "bicubic"}}]
BLURRED: list[dict[str, Any]] = [
    {"blur": {"sigma": [0.2, 2.0], "size": [3, 7]}},
    {"noise": {"sigma": [0.01, 0.1]}},
    *BICUBIC,
]
SIZES = {"a": (61, 58, 3), "b": (56, 65, 3), "small": (22, 19, 3), "grey": (40, 44, 1)}


def smooth(key: str) -> NDArray[np.uint8]:
    """Return a picture without noise, so that one grey level more or less is told from another place."""
    height, width, channels = SIZES[key]
    rows, columns = np.mgrid[:height, :width]
    waves = [np.cos(0.3 * rows + (0.1 + 0.07 * n) * columns + ord(key[0])) for n in range(channels)]
    return (128 + 100 * np.stack(waves, axis=-1)).astype(np.uint8)


def made(folder: Path, chain: list[dict[str, Any]], rounding: str = "uint8", keys: str = "a b small grey") -> PairSet:
    pack([Sample(key, {"hr": smooth(key)}) for key in keys.split()], None, folder / "shards")
    block = {"source": "s", "scale": SCALE, "learner": "scratch", "rounding": rounding, "degradation": chain}
    wanted, out = settings(Pairs, block), folder / "pairs"
    make_pairs(wanted, "p", shards=folder / "shards", learner=folder, out=out, seed=1, own=folder)
    return PairSet(out)


@pytest.fixture(scope="module")
def blurred(tmp_path_factory: pytest.TempPathFactory) -> PairSet:
    """Pairs whose chain has chance in it."""
    return made(tmp_path_factory.mktemp("blurred"), BLURRED)


def chain(pairs: PairSet, own: Path | None = None) -> Link:
    return chain_of("p", pairs.facts.links(), learner=None, own=own)


def stream(pairs: PairSet, *fields: str, margin: int = MARGIN, stored: bool = False, **options: Any) -> Batches:
    given = {"size": 4, "patch": PATCH, "augment": "dihedral", "stream": (1, "model"), **options}
    if not stored:
        given["anew"] = Anew(pairs, chain(pairs), margin, given["stream"])
    return Batches(pairs, fields, **given)


def same(first: dict[str, NDArray[Any]], second: dict[str, NDArray[Any]]) -> bool:
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


def test_the_nth_sample_depends_neither_on_the_batch_nor_on_the_rank_nor_on_the_order(blurred: PairSet) -> None:
    alone = [stream(blurred, "lr", "hr").sample(n) for n in range(12)]
    fours, sixes = stream(blurred, "lr", "hr"), stream(blurred, "lr", "hr", size=6)
    ranks = [stream(blurred, "lr", "hr", size=6, part=range(first, first + 3)) for first in (0, 3)]
    ways: dict[str, Iterator[dict[str, NDArray[Any]]]] = {
        "fours": (fours[number] for number in range(3)),
        "sixes": (sixes[number] for number in range(2)),
        "ranks": (rank[number] for number in range(2) for rank in ranks),
        "ahead": fours.between(0, 3),
    }

    for way, batches in ways.items():
        values = [{name: to_float(own) for name, own in batch.items()} for batch in batches]
        whole = {name: np.concatenate([each[name] for each in values]) for name in ("lr", "hr")}
        assert all(np.array_equal(own["lr"], lr) for own, lr in zip(alone, whole["lr"], strict=True)), way
        assert all(np.array_equal(own["hr"], hr) for own, hr in zip(alone, whole["hr"], strict=True)), way
    assert same(alone[7], fours.sample(7))


@pytest.mark.parametrize("cores", [1, 5])
def test_one_core_and_many_make_the_same(blurred: PairSet, monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    usual = stream(blurred, "lr", "hr")[2]
    monkeypatch.setattr(threads, "cores", lambda: cores)

    assert same(usual, stream(blurred, "lr", "hr")[2])


def test_every_look_at_a_patch_is_degraded_by_a_chance_of_its_own(tmp_path: Path) -> None:
    pairs = made(tmp_path, BLURRED, keys="small")
    batches = stream(pairs, "lr", "hr", patch=9, augment="none")
    seen: dict[bytes, set[bytes]] = {}
    for n in range(12):
        sample = batches.sample(n)
        seen.setdefault(sample["hr"].tobytes(), set()).add(sample["lr"].tobytes())

    assert 12 == sum(map(len, seen.values()))
    assert len(seen) < 12


@pytest.mark.parametrize("key", [(2, "model"), (1, "other")])
def test_the_chance_of_the_chain_depends_on_the_streams_key(tmp_path: Path, key: tuple[int, str]) -> None:
    pairs = made(tmp_path, BLURRED, keys="small")
    options: dict[str, Any] = {"patch": 9, "augment": "none", "size": 12}

    first = stream(pairs, "lr", **options)[0]["lr"]
    other = stream(pairs, "lr", stream=key, **options)[0]["lr"]
    assert not any(np.array_equal(one, two) for one in first for two in other)


def test_hr_and_what_is_done_to_it_are_those_of_the_stored_stream(blurred: PairSet) -> None:
    """So a training whose degradation is anew differs from another one in LR alone."""
    anew, stored = stream(blurred, "lr", "hr"), stream(blurred, "lr", "hr", stored=True)

    for n in range(6):
        assert np.array_equal(stored[n]["hr"], anew[n]["hr"])
        assert not np.array_equal(stored[n]["lr"], anew[n]["lr"])


@pytest.mark.parametrize(
    ("rounding", "fields"),
    [("uint8", ["lr", "hr"]), ("uint8", ["lr_y", "hr_y", "ilr", "ilr_y"]), ("none", ["lr_y", "hr_y", "ilr_y"])],
)
def test_without_chance_lr_is_the_stored_one_at_the_edge_of_the_image_too(
    tmp_path: Path, rounding: str, fields: list[str]
) -> None:
    pairs = made(tmp_path, BICUBIC, rounding)
    anew, stored = stream(pairs, *fields), stream(pairs, *fields, stored=True)

    for n in range(24):
        for field, values in stored[n].items():
            own = anew[n][field]
            assert (values.shape, values.dtype) == (own.shape, own.dtype)
            apart = np.abs(values.astype(np.float64) - own)
            assert apart.max() <= (1 if values.dtype == np.uint8 else 1e-5), field
            assert (apart > 1e-5).mean() < 0.01, "sums in another order may meet a half"


def test_what_lies_beside_a_patch_counts_as_far_as_the_margin_reaches(tmp_path: Path) -> None:
    chain: list[dict[str, Any]] = [{"blur": {"sigma": [2.0, 2.0], "size": [9, 9]}}, *BICUBIC]
    pairs = made(tmp_path, chain, keys="a")
    options: dict[str, Any] = {"size": 40, "augment": "none"}
    stored = stream(pairs, "lr", stored=True, **options)[0]["lr"].astype(int)
    near, none = (stream(pairs, "lr", margin=margin, **options)[0]["lr"].astype(int) for margin in (MARGIN, 0))

    assert np.abs(near - stored).max() <= 1
    assert np.abs(none - stored).max() > 3


@pytest.mark.parametrize("key", ["a", "small"])
def test_a_chain_gets_the_patch_with_its_margin_or_the_whole_of_a_small_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    pairs = made(tmp_path, BICUBIC, keys=key)
    seen: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    batches = stream(pairs, "lr")
    assert batches.anew
    draw = type(batches.anew.chain).draw

    def noted(self: Any, rng: Any, size: tuple[int, int], target: tuple[int, int]) -> Any:
        seen.add((size, target))
        return draw(self, rng, size, target)

    monkeypatch.setattr(type(batches.anew.chain), "draw", noted)
    for n in range(5):
        batches[n]

    (entry,) = pairs.entries
    target = tuple(min(PATCH + 2 * MARGIN, side) for side in pairs.grid(entry))
    assert {(tuple(SCALE * side for side in target), target)} == seen


def test_the_chance_is_drawn_as_the_docs_say(tmp_path: Path) -> None:
    """From (seed, model name, number, "degrade"), for the whole of an image as large as a patch."""
    pairs = made(tmp_path, BLURRED, keys="small")
    (entry,) = pairs.entries
    batches = stream(pairs, "lr", patch=9, margin=50, augment="none", crops="even")
    hr = to_float(pairs.field(entry, "hr", pairs.whole(entry)))
    link = chain(pairs)

    for n in range(4):
        drawn = link.draw(generator(1, "model", n, "degrade"), (22, 18), (11, 9))
        whole = to_float(np.moveaxis(to_uint8(link.apply(hr, drawn)), -1, 0))
        rows = [top for top in range(3) if np.array_equal(whole[:, top : top + 9], batches.sample(n)["lr"])]
        assert 1 == len(rows)


def test_a_kernel_of_the_user_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "kernels").mkdir()
    np.save(tmp_path / "kernels" / "k.npy", np.full((4, 5), 1 / 20))
    pairs = made(tmp_path, [{"kernel": {"file": "k.npy", "of": "correlation"}}, *BICUBIC])
    anew = Anew(pairs, chain(pairs, tmp_path), MARGIN, (1, "model"))
    stored, own = stream(pairs, "lr", stored=True)[0]["lr"], stream(pairs, "lr", stored=True, anew=anew)[0]["lr"]

    assert np.abs(stored.astype(int) - own).max() <= 1
    assert stored.std() > 10


def test_the_frames_of_a_clip_share_what_is_drawn(tmp_path: Path) -> None:
    clip = np.stack([smooth("a")] * 2)
    pack([Sample("c", {"hr": clip})], None, tmp_path / "shards")
    block = {"source": "s", "scale": SCALE, "learner": "scratch", "rounding": "uint8", "degradation": BLURRED}
    make_pairs(settings(Pairs, block), "p", shards=tmp_path / "shards", learner=tmp_path, out=tmp_path / "p", seed=1)

    lr = stream(PairSet(tmp_path / "p"), "lr", "hr")[0]["lr"]

    assert (4, 2, 3, PATCH, PATCH) == lr.shape
    assert np.array_equal(lr[:, 0], lr[:, 1])


def test_a_chain_that_cannot_run_on_such_a_patch_is_refused_before_the_first_batch(tmp_path: Path) -> None:
    """It leads back to the LR size where that is even: from 40 x 44 pixels, and from 36, but not from 34."""
    fourth = [{"resize": {"to": to, "kernel": "bicubic"}} for to in (0.25, 2.0)]
    pairs = made(tmp_path, fourth, keys="grey")

    assert (4, 3, 6, 6) == stream(pairs, "lr", patch=6)[0]["lr"].shape
    with pytest.raises(DataError) as raised:
        stream(pairs, "lr")
    assert str(raised.value) == (
        "pairs.p.degradation: cannot run on a patch with its margin: the chain leaves 16x16 of 34x34 pixels, not "
        "17x17; choose another `patch` or `margin`, or say `degrade: stored`"
    )


def test_the_chain_of_the_pairs_is_on_record_as_params_yaml_says_it(blurred: PairSet) -> None:
    assert BLURRED == blurred.facts.degradation
