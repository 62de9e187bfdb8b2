"""Laws of making pairs: what of the source stays, what LR depends on, what the index replays, and what is refused."""

from __future__ import annotations

import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.degradations.chain import Chain
from pipeline.errors import BatchError, DataError
from pipeline.images import threads
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.crop import crop_to_multiple
from pipeline.images.resize import resize
from pipeline.kinds import Drawn, Sample
from pipeline.lookup import build, settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PAIRS, Facts, PairSet, Window
from pipeline.pairs.settings import Pairs
from pipeline.shards.index import Place
from pipeline.shards.reading import Shards
from pipeline.shards.writing import Writer, pack

TO_TARGET: dict[str, dict[str, Any]] = {"resize": {"to": "target", "kernel": "bicubic"}}
CHAIN: list[dict[str, dict[str, Any]]] = [{"resize": {"to": [0.3, 0.9], "kernel": "bilinear"}}, TO_TARGET]
SIZES = {"a": (61, 58), "b": (56, 65), "c": (50, 53)}


def levels(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def images(keys: str = "abc") -> list[Sample]:
    return [Sample(key, {"hr": levels(*SIZES[key], 3, seed=ord(key))}) for key in keys]


def make(
    folder: Path,
    samples: list[Sample] | None,
    *,
    seed: int = 1,
    name: str = "some-x3",
    own: Path | None = None,
    **options: Any,
) -> PairSet:
    if samples is not None:
        pack(samples, None, folder / "shards")
    block = {"source": "set", "scale": 3, "learner": "scratch", "rounding": "uint8", "degradation": CHAIN, **options}
    wanted = settings(Pairs, block)
    make_pairs(wanted, name, shards=folder / "shards", learner=folder, out=folder / "pairs", seed=seed, own=own)
    return PairSet(folder / "pairs")


def plane(pairs: PairSet, key: str, name: str = "lr") -> NDArray[Any]:
    (entry,) = (each for each in pairs.entries if each.key == key)
    return pairs.shards.plane(entry, name)


@pytest.mark.parametrize("keys", ["b", "ba", "cab"])
def test_lr_of_an_image_is_the_same_whatever_stands_beside_it(tmp_path: Path, keys: str) -> None:
    all_three, some = make(tmp_path / "all", images()), make(tmp_path / "some", images(keys))

    assert plane(all_three, "b").tobytes() == plane(some, "b").tobytes()


@pytest.mark.parametrize("change", [{"seed": 2}, {"name": "other-x3"}])
def test_lr_of_an_image_changes_with_each_thing_that_chance_depends_on(tmp_path: Path, change: Any) -> None:
    first, other = make(tmp_path / "first", images()), make(tmp_path / "other", images(), **change)

    assert [each.drawn for each in first.entries] != [each.drawn for each in other.entries]
    assert not all(np.array_equal(plane(first, key), plane(other, key)) for key in SIZES)


def test_making_pairs_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    make(tmp_path / "a", images()), make(tmp_path / "b", images())

    first, second = ({path.name: path.read_bytes() for path in (tmp_path / each / "pairs").iterdir()} for each in "ab")
    assert {"hr-000.bin", "lr-000.bin", "index.jsonl", "pairs.json"} == first.keys()
    assert first == second


@pytest.mark.parametrize("chain", [CHAIN, [TO_TARGET]])
def test_one_core_and_many_make_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chain: Any) -> None:
    samples = [Sample(f"{number:02d}", {"hr": levels(40 + 7 * number % 23, 50, 3)}) for number in range(24)]
    made = []
    for cores in (1, 5):
        monkeypatch.setattr(threads, "cores", lambda cores=cores: cores)
        make(tmp_path / str(cores), samples, degradation=chain)
        made.append({path.name: path.read_bytes() for path in (tmp_path / str(cores) / "pairs").iterdir()})

    assert made[0] == made[1]


def test_pairs_are_made_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting, apply = threading.Barrier(2, timeout=30), Chain.apply

    def meet(self: Chain, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        meeting.wait()
        return apply(self, image, drawn)

    monkeypatch.setattr(threads, "cores", lambda: 2)
    monkeypatch.setattr(Chain, "apply", meet)

    assert 2 == len(make(tmp_path, images("ab")).entries)


def test_of_two_images_that_fail_the_first_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = threading.Event()

    def dying(self: Chain, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        if image.shape[0] == SIZES["a"][0] - 1:
            failed.wait(30)
            raise OSError("of a")
        failed.set()
        raise OSError("of another")

    monkeypatch.setattr(threads, "cores", lambda: 3)
    monkeypatch.setattr(Chain, "apply", dying)

    with pytest.raises(OSError, match=r"of a$"):
        make(tmp_path, images())


def test_memory_does_not_grow_with_the_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "cores", lambda: 2)
    picture, add = levels(300, 300, 3), Writer.add

    def slow(self: Writer, plane: str, image: NDArray[Any]) -> Place:
        time.sleep(0.01)
        return add(self, plane, image)

    peaks = []
    for count in (4, 40):
        pack([Sample(f"{number:02d}", {"hr": picture}) for number in range(count)], None, tmp_path / "shards")
        monkeypatch.setattr(Writer, "add", slow)
        tracemalloc.start()
        make(tmp_path, None, scale=1, degradation=[TO_TARGET])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        monkeypatch.setattr(Writer, "add", add)

    assert peaks[1] < peaks[0] + 10 * picture.nbytes


@pytest.mark.parametrize("rounding", ["uint8", "none"])
def test_the_index_replays_how_lr_came_about(tmp_path: Path, rounding: str) -> None:
    pairs = make(tmp_path, images(), rounding=rounding)
    chain = Chain([build("degradations", {"name": "resize", **each["resize"]}) for each in CHAIN])

    for entry in pairs.entries:
        field = "hr" if rounding == "uint8" else "hr_y"
        hr = pairs.field(entry, field, pairs.whole(entry))
        lr = chain.apply(to_float(hr), {"links": entry.drawn})
        stored = plane(pairs, entry.key, "lr" if rounding == "uint8" else "lr_y")
        assert 2 == len(entry.drawn)
        assert np.array_equal(to_uint8(lr) if rounding == "uint8" else lr, stored)


@pytest.mark.parametrize(("rounding", "made"), [("uint8", "lr"), ("none", "lr_y")])
def test_a_chain_replaces_the_sources_own_lr_and_keeps_all_else_to_the_byte(
    tmp_path: Path, rounding: str, made: str
) -> None:
    source = {"hr": levels(13, 14, 3), "lr": np.zeros((4, 4, 3), np.uint8), "ref": levels(5, 9, 3)}

    pairs = make(tmp_path, [Sample("a", source, "m")], rounding=rounding, degradation=[TO_TARGET])

    assert ("m", {"hr", "ref", made}) == (pairs.entries[0].member, set(pairs.entries[0].planes))
    assert np.array_equal(source["hr"], plane(pairs, "a", "hr"))
    assert np.array_equal(source["ref"], plane(pairs, "a", "ref"))
    assert plane(pairs, "a", made).any()
    assert not (pairs.shards.folder / "lr-000.bin").exists() or made == "lr"


def test_given_lr_is_kept_to_the_byte(tmp_path: Path) -> None:
    planes = {"hr": levels(13, 14, 3), "lr": levels(4, 4, 3)}

    pairs = make(tmp_path, [Sample("a", planes)], degradation="given")

    assert {"hr", "lr"} == set(pairs.entries[0].planes)
    assert all(np.array_equal(image, plane(pairs, "a", name)) for name, image in planes.items())


def test_a_clip_is_degraded_as_frames_with_one_draw(tmp_path: Path) -> None:
    clip = np.stack([levels(31, 32, 3, seed=time) for time in range(3)])

    pairs = make(tmp_path, [Sample("a", {"hr": clip})])

    (entry,) = pairs.entries
    chain = Chain([build("degradations", {"name": "resize", **each["resize"]}) for each in CHAIN])
    frames = [chain.apply(to_float(crop_to_multiple(frame, 3)), {"links": entry.drawn}) for frame in clip]
    assert (3, 10, 10, 3) == plane(pairs, "a").shape
    assert np.array_equal(to_uint8(np.stack(frames)), plane(pairs, "a"))


def test_lr_is_rounded_once_at_the_end(tmp_path: Path) -> None:
    pairs = make(tmp_path, images("a"), degradation=[TO_TARGET])

    expected = resize(to_float(crop_to_multiple(images("a")[0].planes["hr"], 3)), (20, 19))
    assert np.array_equal(np.floor(np.clip(expected, 0, 1) * 255 + 0.5), plane(pairs, "a"))


def test_what_holds_for_all_pairs_stands_beside_them(tmp_path: Path) -> None:
    pairs = make(tmp_path, images(), rounding="none")

    assert Facts(3, "none", "some-x3", Shards(tmp_path / "shards").digest()) == pairs.facts


REFUSED: dict[str, tuple[dict[str, tuple[int, ...]], Any, str]] = {
    "nothing to degrade": (
        {"lr": (9, 9, 3)},
        CHAIN,
        "shards: a has no `hr` plane to degrade; use `degradation: given`",
    ),
    "smaller than the scale": ({"hr": (9, 2, 3)}, CHAIN, "shards: a has 9x2 pixels; the scale is 3"),
    "nothing given": (
        {"hr": (9, 9, 3)},
        "given",
        "shards: the source has no LR images of its own; write a chain of links instead",
    ),
    "narrower": (
        {"hr": (9, 13, 3), "lr": (3, 3, 3)},
        "given",
        "shards: a has HR 9x13 and LR 3x3; that is not the scale",
    ),
    "lower": ({"hr": (13, 9, 3), "lr": (3, 3, 3)}, "given", "shards: a has HR 13x9 and LR 3x3; that is not the scale"),
}


@pytest.mark.parametrize(("shapes", "degradation", "said"), REFUSED.values(), ids=REFUSED)
def test_a_source_that_does_not_fit_is_told_in_one_line(
    tmp_path: Path, shapes: dict[str, tuple[int, ...]], degradation: Any, said: str
) -> None:
    sample = Sample("a", {name: np.zeros(shape, np.uint8) for name, shape in shapes.items()})

    with pytest.raises(DataError) as raised:
        make(tmp_path, [sample], degradation=degradation)

    assert str(raised.value).startswith(f"{tmp_path}/{said}")
    assert 1 == len(str(raised.value).splitlines())
    assert not (tmp_path / "pairs").exists()


@pytest.mark.parametrize(("size", "told"), [((99, 30), "34x10 of c, not the LR size 33x10"), ((30, 99), "10x34 of c")])
def test_one_image_whose_chain_misses_is_refused_before_any_image_is_degraded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], told: str
) -> None:
    def worked(self: Chain, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        raise AssertionError("it has begun")

    monkeypatch.setattr(Chain, "apply", worked)
    third = [{"resize": {"to": 0.34, "kernel": "bicubic"}}]
    samples = [Sample("a", {"hr": levels(30, 30, 3)}), Sample("b", {"hr": levels(30, 33, 3)})]
    with pytest.raises(AssertionError, match="it has begun"):
        make(tmp_path, samples, degradation=third)

    with pytest.raises(DataError, match=rf"^pairs\.p\.degradation: leaves {told}"):
        make(tmp_path, [*samples, Sample("c", {"hr": levels(*size, 3)})], degradation=third, name="p")


def test_pairs_that_fail_half_way_leave_the_old_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, images("a"))
    before = {path.name: path.read_bytes() for path in (tmp_path / "pairs").iterdir()}
    apply = Chain.apply

    def dying(self: Chain, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        if image.shape[0] == 54:
            raise OSError("the disk is full")
        return apply(self, image, drawn)

    monkeypatch.setattr(Chain, "apply", dying)
    with pytest.raises(OSError, match="the disk is full"):
        make(tmp_path, images())

    assert before == {path.name: path.read_bytes() for path in (tmp_path / "pairs").iterdir()}
    assert {"pairs", "shards"} == {path.name for path in tmp_path.iterdir()}


def test_the_last_images_are_held_out_in_their_order(tmp_path: Path) -> None:
    learnt, held = make(tmp_path, images()).split(1)

    assert (["a", "b"], ["c"]) == ([each.key for each in learnt.entries], [each.key for each in held.entries])


@pytest.mark.parametrize("last", [3, 4])
def test_holding_out_all_images_is_refused(tmp_path: Path, last: int) -> None:
    with pytest.raises(DataError, match=rf"pairs: holds 3 images; `validate: {last}` leaves none$"):
        make(tmp_path, images()).split(last)


@pytest.mark.parametrize(("text", "said"), [(None, "not found"), ("{", "is broken"), ('{"scale": 3}', "is broken")])
def test_lost_or_broken_facts_are_one_line_that_names_the_file(tmp_path: Path, text: str | None, said: str) -> None:
    path = make(tmp_path, images("a")).shards.folder / PAIRS
    path.unlink()
    if text is not None:
        path.write_text(text)

    with pytest.raises(DataError) as raised:
        PairSet(path.parent)

    (line,) = str(raised.value).splitlines()
    assert line.startswith(f"{path}: {said}")


def test_a_field_that_an_image_lacks_is_told_with_what_it_has(tmp_path: Path) -> None:
    pairs = make(tmp_path, images("a"))

    with pytest.raises(BatchError, match=r"^ref: a of .*pairs has only \['hr', 'lr'\]$"):
        pairs.field(pairs.entries[0], "ref", Window(0, 0, 1, 1))
    assert ["hr_y", "lr"] == pairs.available(pairs.entries[0], ["hr_y", "ref", "lr"])


def test_a_kernel_of_the_user_stands_in_the_index_by_its_digest(tmp_path: Path) -> None:
    chain = [{"kernel": {"file": "k.npy", "of": "correlation"}}, TO_TARGET]
    made: list[PairSet] = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        (folder / "own" / "kernels").mkdir(parents=True)
        kernel = np.random.default_rng(len(made)).random((4, 3))
        np.save(folder / "own" / "kernels" / "k.npy", kernel / kernel.sum())
        made.append(make(folder, images(), degradation=chain, own=folder / "own"))
    first, second = ([each.drawn[0] for each in pairs.entries] for pairs in made)

    assert {0} == {each["index"] for each in first + second}
    assert [1, 1] == [len({each["sha256"] for each in some}) for some in (first, second)]
    assert first[0]["sha256"] != second[0]["sha256"]
    assert not np.array_equal(plane(made[0], "a"), plane(made[1], "a"))
