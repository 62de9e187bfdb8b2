"""Laws of the stream of patches: where it begins does not matter, nor who reads it; what belongs together stays so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from pipeline.augmentations.albumentations import Albumentations
from pipeline.augmentations.channels import Channels
from pipeline.augmentations.dihedral import Dihedral
from pipeline.errors import BatchError, DataError, ParamsError
from pipeline.images.colour import luma, to_float
from pipeline.images.crop import crop_to_multiple
from pipeline.images.resize import resize
from pipeline.images.turning import turned
from pipeline.kinds import Sample
from pipeline.lookup import settings
from pipeline.pairs.batches import AHEAD, Batches, channels_first, in_unit
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet
from pipeline.pairs.settings import Pairs
from pipeline.shards.writing import pack

SCALE = 2


def levels(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def nearest(hr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the first pixel of every whole ``SCALE`` x ``SCALE``."""
    return crop_to_multiple(hr, SCALE)[..., ::SCALE, ::SCALE, :]


def pair(key: str, *shape: int, seed: int = 0) -> Sample:
    hr = levels(*shape, seed=seed)
    return Sample(key, {"hr": hr, "lr": nearest(hr)})


def given(folder: Path, *samples: Sample) -> PairSet:
    """Pack samples with an LR of their own, and make pairs of them."""
    pack(samples, None, folder / "shards")
    block = {"source": "set", "scale": SCALE, "learner": "scratch", "rounding": "uint8", "degradation": "given"}
    wanted = settings(Pairs, block)
    make_pairs(wanted, "p", shards=folder / "shards", learner=folder, out=folder / "pairs", seed=1)
    return PairSet(folder / "pairs")


@pytest.fixture
def pairs(tmp_path: Path) -> PairSet:
    """Three images of different sizes with an LR that takes every other pixel."""
    return given(tmp_path, pair("a", 16, 22, 3, seed=1), pair("b", 20, 14, 3, seed=2), pair("c", 13, 17, 3, seed=3))


def stream(pairs: PairSet, *fields: str, **options: Any) -> Batches:
    usual = {"size": 3, "patch": 4, "augment": "dihedral", "stream": (1, "model")}
    return Batches(pairs, fields, **{**usual, **options})


def same(first: dict[str, NDArray[Any]], second: dict[str, NDArray[Any]]) -> bool:
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


def test_a_stream_that_begins_at_n_is_the_stream_that_has_skipped_n(pairs: PairSet) -> None:
    batches = stream(pairs, "lr", "hr")

    from_first, from_fifth = list(batches.between(0, 12)), list(stream(pairs, "lr", "hr").between(5, 12))

    assert (12, 7) == (len(from_first), len(from_fifth))
    assert all(same(*both) for both in zip(from_first[5:], from_fifth, strict=True))
    assert all(same(batches[n], each) for n, each in enumerate(from_first))
    assert [] == list(batches.between(3, 3))


def test_a_batch_is_its_samples_in_their_order(pairs: PairSet) -> None:
    batches = stream(pairs, "lr", "hr")

    for name, values in batches[4].items():
        assert np.array_equal(np.stack([batches.sample(12 + i)[name] for i in range(3)]), in_unit(values))


def test_who_stops_reading_leaves_no_thread_behind(pairs: PairSet) -> None:
    before = threading.active_count()
    reader = stream(pairs, "lr").between(0, 1000)

    assert 2 == len(list(islice(reader, 2)))
    reader.close()  # type: ignore[attr-defined]  # an iterator by its name, a generator in fact
    assert before == threading.active_count()


def test_only_a_few_batches_wait_for_the_network(pairs: PairSet, monkeypatch: pytest.MonkeyPatch) -> None:
    submitted = []
    submit = ThreadPoolExecutor.submit

    def noted(pool: ThreadPoolExecutor, make: Callable[[int], Any], number: int) -> Future[Any]:
        submitted.append(number)
        return submit(pool, make, number)

    monkeypatch.setattr(ThreadPoolExecutor, "submit", noted)
    reader = stream(pairs, "lr").between(7, 1000)
    next(reader)
    assert list(range(7, 7 + AHEAD + 1)) == submitted

    next(reader)
    assert AHEAD + 2 == len(submitted)
    reader.close()  # type: ignore[attr-defined]  # an iterator by its name, a generator in fact


def test_who_stops_reading_does_not_wait_for_what_was_not_begun(pairs: PairSet) -> None:
    batches, go, begun = stream(pairs, "lr", size=1), threading.Event(), []
    make = batches.__getitem__

    def gated(number: int) -> dict[str, NDArray[Any]]:
        begun.append(number)
        assert number == 0 or go.wait(timeout=60)
        return make(number)

    batches.__getitem__ = gated  # type: ignore[method-assign]  # of this one object
    reader = batches.between(0, 1000)
    next(reader)
    threading.Timer(0.3, go.set).start()
    reader.close()  # type: ignore[attr-defined]  # an iterator by its name, a generator in fact

    assert {0, 1} >= set(begun)


def test_a_fault_in_the_thread_reaches_the_reader(pairs: PairSet) -> None:
    (pairs.shards.folder / "lr-000.bin").write_bytes(b"")
    batches = stream(pairs, "lr")

    with pytest.raises(Exception, match=r"lr-000\.bin: is cut short"):
        list(batches.between(0, 3))


@pytest.mark.parametrize("key", [(2, "model"), (1, "other"), (1, "model", 0)])
def test_every_part_of_the_streams_key_counts(pairs: PairSet, key: tuple[int | str, ...]) -> None:
    usual, other = (stream(pairs, "lr", stream=each) for each in ((1, "model"), key))

    assert not any(same(usual.sample(n), other.sample(n)) for n in range(3))


def test_who_else_reads_and_in_which_order_does_not_change_a_patch(pairs: PairSet) -> None:
    alone, both, turned_round = (stream(pairs, *names) for names in (["lr"], ["lr", "hr"], ["hr", "lr"]))

    for n in range(20):
        assert np.array_equal(alone.sample(n)["lr"], both.sample(n)["lr"])
        assert same(both.sample(n), turned_round.sample(n))
        assert list(both.sample(n)) == list(turned_round.sample(n))


@pytest.mark.parametrize("side", ["lr", "hr"])
def test_luma_belongs_to_the_patch_of_its_colours(pairs: PairSet, side: str) -> None:
    batches = stream(pairs, side, f"{side}_y")

    for sample in map(batches.sample, range(20)):
        pixels = np.moveaxis(np.rint(sample[side] * 255).astype(np.uint8), 0, -1)
        assert np.array_equal(to_float(luma(pixels)), sample[f"{side}_y"][0])


def test_an_enlarged_patch_belongs_to_its_patch(tmp_path: Path) -> None:
    """Away from the patch's own border, as far as the kernel reaches; a turn changes which way is rounded first."""
    planes = {name: image // 2 + 64 for name, image in pair("a", 16, 22, 3).planes.items()}
    batches = stream(given(tmp_path, Sample("a", planes)), "lr", "ilr", patch=6)

    for sample in map(batches.sample, range(20)):
        lr = np.moveaxis(sample["lr"], 0, -1)
        own = np.moveaxis(resize(np.rint(lr * 255).astype(np.uint8), (12, 12)), -1, 0)[:, 4:8, 4:8]
        assert np.abs(255 * sample["ilr"][:, 4:8, 4:8] - own).max() < 2


def test_dihedral_is_short_for_a_list_of_it_alone(pairs: PairSet) -> None:
    short, listed = stream(pairs, "lr", "hr"), stream(pairs, "lr", "hr", augment=[Dihedral()])

    assert all(same(short[n], listed[n]) for n in range(4))


def test_augmentations_follow_one_another_on_the_same_cut(pairs: PairSet) -> None:
    plain, both = (stream(pairs, "lr", "hr", augment=each) for each in ([Dihedral()], [Dihedral(), Channels()]))
    orders = set()
    for n in range(20):
        before, after = plain.sample(n), both.sample(n)
        order = next(each for each in permutations(range(3)) if np.array_equal(before["lr"][[*each]], after["lr"]))
        assert np.array_equal(before["hr"][[*order]], after["hr"])
        orders.add(order)

    assert len(orders) > 3


def test_an_augmentation_that_cannot_be_is_refused_before_the_first_batch(pairs: PairSet) -> None:
    with pytest.raises(
        BatchError,
        match=r"^models\.model\.training\.augment: channels: cannot be had where `hr_y`, `lr_y` is read; leave it",
    ):
        stream(pairs, "lr_y", "hr_y", augment=[Channels()])


def test_a_transform_that_is_not_there_is_told_with_its_place(pairs: PairSet) -> None:
    with pytest.raises(ParamsError) as raised:
        stream(pairs, "lr", augment=[Albumentations([{"Blurr": {}}])]).sample(0)

    said = "models.model.training.augment: albumentations: `Blurr` is not there; take a pixel-level transform of "
    assert f"{said}albumentations" == str(raised.value)


def test_without_augmentation_a_patch_is_a_window_and_every_window_comes_up(tmp_path: Path) -> None:
    image = pair("a", 12, 14, 3)
    batches = stream(given(tmp_path, image), "lr", augment="none")
    lr = to_float(image.planes["lr"])
    windows = {
        lr[top : top + 4, left : left + 4].tobytes(): (top, left)
        for top in range(6 - 4 + 1)
        for left in range(7 - 4 + 1)
    }

    found = {windows[np.moveaxis(batches.sample(n)["lr"], 0, -1).tobytes()] for n in range(150)}

    assert set(windows.values()) == found


def test_a_patch_may_be_as_large_as_the_image(tmp_path: Path) -> None:
    image = pair("a", 8, 8, 3)

    sample = stream(given(tmp_path, image), "lr", "hr", augment="none").sample(0)

    assert np.array_equal(to_float(image.planes["hr"]), np.moveaxis(sample["hr"], 0, -1))


@pytest.mark.parametrize(("height", "width"), [(8, 6), (6, 8)])
def test_a_patch_that_is_too_large_for_one_side_is_refused(tmp_path: Path, height: int, width: int) -> None:
    with pytest.raises(DataError, match=rf"a has {height // 2}x{width // 2} LR pixels, less than a patch of 4; choose"):
        stream(given(tmp_path, pair("a", height, width, 3)), "lr")


def test_every_image_comes_up(pairs: PairSet) -> None:
    batches = stream(pairs, "lr", augment="none")
    patches = [np.moveaxis(batches.sample(n)["lr"], 0, -1) for n in range(60)]

    for entry in pairs.entries:
        assert any(part_of(patch, to_float(pairs.shards.plane(entry, "lr"))) for patch in patches), entry.key


def part_of(patch: NDArray[Any], image: NDArray[Any]) -> bool:
    views = np.lib.stride_tricks.sliding_window_view(image, patch.shape)
    return bool((views == patch).all(axis=(-3, -2, -1)).any())


def test_the_frames_of_a_clip_are_cut_and_turned_as_one(tmp_path: Path) -> None:
    still = np.stack([levels(16, 20, 3)] * 2)
    marked = np.concatenate([still, 255 - still[:1]])
    batches = stream(given(tmp_path, Sample("a", {"hr": marked, "lr": nearest(marked)})), "lr", "hr")

    for n in range(20):
        sample = batches.sample(n)
        assert {"lr": (3, 3, 4, 4), "hr": (3, 3, 8, 8)} == {name: each.shape for name, each in sample.items()}
        for frames in sample.values():
            assert np.array_equal(frames[0], frames[1])
            assert np.allclose(1 - frames[0], frames[2], atol=1e-6)


def test_a_reference_is_neither_cut_nor_turned(tmp_path: Path) -> None:
    image = pair("a", 16, 20, 3)
    ref = levels(9, 7, 3, seed=5)
    batches = stream(given(tmp_path, Sample("a", {**image.planes, "ref": ref})), "lr", "ref")

    assert all(np.array_equal(to_float(ref), np.moveaxis(batches.sample(n)["ref"], 0, -1)) for n in range(20))


def test_references_of_different_sizes_are_refused_in_a_batch_and_taken_one_by_one(tmp_path: Path) -> None:
    refs = [levels(9, 7, 3), levels(8, 7, 3)]
    samples = [Sample(f"{n}", {**pair("a", 16, 20, 3).planes, "ref": ref}) for n, ref in enumerate(refs)]
    pairs = given(tmp_path, *samples)

    with pytest.raises(BatchError, match=r"the images of `ref` differ in size .*: set `batch: 1`, or bring"):
        stream(pairs, "lr", "ref", size=20)[0]
    assert {8, 9} == {stream(pairs, "lr", "ref", size=1)[n]["ref"].shape[-2] for n in range(20)}


def test_a_reference_alone_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    pairs = given(tmp_path, pair("a", 16, 16, 3), Sample("alone", {"ref": levels(9, 9, 3)}))

    with pytest.raises(BatchError, match=r"alone has neither HR nor LR, only \['ref'\]$"):
        stream(pairs, "ref")


def test_unpaired_images_without_hr_are_cut_on_their_own_grid(tmp_path: Path) -> None:
    sides = [Sample("h", {"hr": levels(20, 20, 3)}), Sample("l", {"lr": levels(8, 9, 3, seed=1)})]
    batches = stream(given(tmp_path, *sides), "lr", "hr", augment="none")
    places = set()
    for n in range(60):
        sample = batches.sample(n)
        hr, lr = (np.moveaxis(sample[side], 0, -1) for side in ("hr", "lr"))
        assert part_of(hr, to_float(sides[0].planes["hr"]))
        assert part_of(lr, to_float(sides[1].planes["lr"]))
        places.add((hr.tobytes(), lr.tobytes()))

    assert len(places) > len({hr for hr, _ in places})


def test_images_that_give_different_fields_at_once_are_refused(tmp_path: Path) -> None:
    samples = [pair("a", 16, 16, 3), Sample("b", {"hr": levels(16, 16, 3)})]

    with pytest.raises(BatchError, match=r"its images give different fields: \[.*\]; a batch needs one kind$"):
        stream(given(tmp_path, *samples), "lr", "hr")


def test_images_that_give_nothing_that_is_read_are_passed_over(tmp_path: Path) -> None:
    samples = [pair("a", 16, 16, 3), Sample("small", {"ref": levels(2, 2, 3)})]
    batches = stream(given(tmp_path, *samples), "lr", "hr")

    assert [["a"]] == [[entry.key for entry in entries] for _, entries in batches.groups]


@pytest.mark.parametrize(("field", "channels"), [("lr", 3), ("hr", 3), ("ilr", 3), ("lr_y", 1), ("hr_y", 1)])
def test_a_grey_image_is_three_equal_channels_except_as_luma(field: str, channels: int) -> None:
    grey = levels(2, 4, 5, 1)

    made = channels_first(grey, field)

    assert ((2, channels, 4, 5), "float32") == (made.shape, made.dtype.name)
    assert all(np.array_equal(to_float(grey[..., 0]), made[:, channel]) for channel in range(channels))
    assert made.flags.c_contiguous
    assert made.flags.writeable


def test_values_in_floating_point_pass_as_they_are() -> None:
    values = np.array([-0.5, 0.1, 1.7], np.float32).reshape(1, 3, 1)

    assert np.array_equal(values[None, ..., 0], channels_first(values, "lr_y"))


def test_the_eight_turns_are_the_flips_and_rotations_of_a_square() -> None:
    square = levels(3, 3, 2)
    eight = {turned(square, turn).tobytes() for turn in range(8)}
    flipped = np.flip(square, 1)

    assert {np.rot90(each, k).tobytes() for each in (square, flipped) for k in range(4)} == eight
    assert np.array_equal(square, turned(square, 0))


@pytest.mark.parametrize("shape", [(5, 7, 3), (5, 7, 1), (2, 5, 7, 3), (1, 1, 3)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("turn", range(8))
def test_a_turn_is_two_flips_and_an_exchange_of_axes(shape: tuple[int, ...], dtype: str, turn: int) -> None:
    image = levels(12, *shape[1:]).astype(dtype)[: shape[0]] if len(shape) > 3 else levels(*shape).astype(dtype)
    expected = image[..., ::-1, :] if turn & 1 else image
    expected = expected[..., ::-1, :, :] if turn & 2 else expected

    assert np.array_equal(np.swapaxes(expected, -3, -2) if turn & 4 else expected, turned(image, turn))


def test_luma_lies_in_memory_as_torch_makes_it(pairs: PairSet) -> None:
    """By its strides torch chooses how to convolve, and so the last bits of the sums."""
    values = stream(pairs, "lr_y")[0]["lr_y"]

    assert (16, 16, 4, 1) == torch.from_numpy(values).stride()
    assert torch.empty(values.shape).stride() == torch.from_numpy(values).stride()
