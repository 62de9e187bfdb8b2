"""Facts: the ledger that is only appended to, what follows from it, and the records beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.errors import DataError, PipelineError
from pipeline.registry import facts, ledger, records
from pipeline.registry.enrolling import enrolled, promoted, rolled_back
from pipeline.registry.facts import Facts
from pipeline.registry.ledger import CHALLENGER, CHAMPION
from pipeline.registry.records import CURVE_ROWS, Record, thinned
from tests.registry.invented import SUITE, hash_of, params, record

DATE = "2026-01-02 03:04:05Z"
EMPTY = Facts((), {})


def better(model: str, by: float, word: str = "") -> Record:
    return record(model, (30.0 + by, 31.0 + by, 32.0 + by, 33.0 + by), word=word)


def grown(*generations: list[Record]) -> Facts:
    """Return the facts after registering one generation of models after the other."""
    known = EMPTY
    for present in generations:
        known = enrolled(present, known, params(), DATE)
    return known


THREE = grown([better("a", 0), better("b", 1), better("c", -1)])
TASK = "sr-photos"


def roles(known: Facts) -> dict[str, str]:
    """Return who is what, by name."""
    stand = known.standings[TASK]
    return {role: known.records[TASK, hash_].model for role, hash_ in stand.aliases.items()}


def test_the_better_one_is_champion_the_one_before_is_previous_and_the_worse_one_challenger() -> None:
    assert {"champion": "b", "challenger": "c", "previous": "a"} == roles(THREE)
    assert [CHAMPION, CHAMPION, CHALLENGER] == [each.verdict for each in THREE.entries]


def test_registering_the_same_again_adds_nothing() -> None:
    again = enrolled([better("a", 0), better("b", 1), better("c", -1)], THREE, params(), "later")

    assert THREE == again


def test_a_hash_that_comes_back_is_the_version_it_was() -> None:
    known = grown([better("a", 0)], [better("a", 1, word="changed")], [better("a", 0)])

    assert [hash_of("a"), hash_of("changed")] == [each.hash for each in known.standings[TASK].versions]
    assert hash_of("changed") == known.standings[TASK].aliases["champion"]


def test_what_a_machine_measures_again_changes_no_record_but_new_scores_do() -> None:
    timed = replace(record("a"), costs={"seconds_per_megapixel": 9.0}, revision="other", engine={})
    judged = replace(timed, scores=("benchmark,image,psnr_y8", "photos-x2,image0,40.0"))
    known = grown([record("a")])

    assert known == enrolled([timed], known, params(), DATE)
    assert replace(record("a"), scores=judged.scores) == enrolled([judged], known, params(), DATE).record(
        known.entries[0]
    )


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (record("b", data="0" * 64), "judged on other images than a"),
        (replace(record("b"), judged={**record("b").judged, "drawn": ""}), "its LR images were made otherwise than"),
        (
            replace(record("b"), judged={**record("b").judged, "suite": {"metrics": {"psnr_y8": {"border": 0}}}}),
            "a was not judged by this psnr_y8",
        ),
        (
            replace(record("b"), judged={**record("b").judged, "suite": {**SUITE, "self_ensemble": "mean"}}),
            "a was judged with `self_ensemble: none`",
        ),
    ],
)
def test_what_cannot_be_compared_becomes_challenger_and_says_why(new: Record, reason: str) -> None:
    entry = grown([record("a")], [new]).entries[-1]

    assert CHALLENGER == entry.verdict
    assert reason in entry.reasons[0]


def test_without_a_gate_people_decide() -> None:
    known = enrolled([record("a")], EMPTY, {"suites": {}, "gates": {}}, DATE)

    assert CHALLENGER == known.entries[0].verdict
    assert "`make promote` decides" in known.entries[0].reasons[0]
    assert {"champion": "a"} == roles(known.after(promoted("a", known, DATE)))


def test_tasks_do_not_meet() -> None:
    known = enrolled([record("a")], EMPTY, params(), DATE)
    both = enrolled([record("b", (1.0,), suite="faces")], known, params("faces"), DATE)

    assert ["sr-photos", "sr-faces"] == list(both.standings)
    assert CHAMPION == both.entries[1].verdict


def test_a_promotion_makes_champion_and_a_rollback_takes_it_back() -> None:
    promotion = THREE.after(promoted("c", THREE, DATE))
    back = promotion.after(rolled_back(TASK, promotion, DATE))

    assert {"champion": "c", "previous": "b"} == roles(promotion)
    assert {"champion": "b", "previous": "a", "challenger": "c"} == roles(back)
    assert {"champion": "a", "challenger": "c"} == roles(back.after(rolled_back(TASK, back, DATE)))
    assert "promoted by hand, over b (62000000)" == promotion.entries[-1].reasons[0]
    assert "rolled back by hand, from c (63000000)" == back.entries[-1].reasons[0]


def test_a_version_is_called_by_its_models_name_or_by_the_beginning_of_its_hash() -> None:
    known = grown([better("a", 0), better("b", 5)], [better("a", 1, word="newer")])

    assert hash_of("newer") == promoted("a", known, DATE).hash
    assert hash_of("a") == promoted(hash_of("a")[:12], known, DATE).hash
    assert hash_of("newer") == promoted(f"a@{TASK}", known, DATE).hash


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("d", "MODEL: no version is called `d`; choices: a, b, c, or a hash"),
        ("a@sr-faces", "MODEL: no version is called `a` in sr-faces; choices: a, b, c, or a hash"),
        ("b", "MODEL: b (62000000) is champion of sr-photos already"),
    ],
)
def test_a_promotion_that_cannot_be_is_one_line(wanted: str, said: str) -> None:
    with pytest.raises(PipelineError) as told:
        promoted(wanted, THREE, DATE)

    assert said == str(told.value)


def test_a_rollback_that_cannot_be_is_one_line() -> None:
    with pytest.raises(PipelineError, match="`sr-faces` has no version; choices: sr-photos"):
        rolled_back("sr-faces", THREE, DATE)
    nobody = enrolled([record("a")], EMPTY, {"suites": {}, "gates": {}}, DATE)
    with pytest.raises(PipelineError, match="sr-photos has no champion; `make promote` decides"):
        rolled_back(TASK, nobody, DATE)


def test_each_rollback_goes_one_step_further_back_until_the_first_champion() -> None:
    known = THREE.after(promoted("c", THREE, DATE))
    for champion in ("b", "a"):
        known = known.after(rolled_back(TASK, known, DATE))
        assert champion == roles(known)["champion"]

    with pytest.raises(PipelineError) as told:
        rolled_back(TASK, known, DATE)
    assert str(told.value) == (
        "TASK: sr-photos: its champions begin with a (61000000), there is none to go back to; "
        "`make promote` decides otherwise"
    )


def test_a_name_in_two_tasks_wants_its_task() -> None:
    both = enrolled([record("a", suite="faces")], THREE, params("faces"), DATE)

    with pytest.raises(PipelineError, match=r"`a` could be 61000000@sr-photos, 61000000@sr-faces; .*TASK="):
        promoted("a", both, DATE)


def test_what_was_written_is_read_and_what_stands_there_is_not_touched(tmp_path: Path) -> None:
    book, folder = tmp_path / "registry.yaml", tmp_path / "registry"
    first = grown([better("a", 0)])

    facts.write(book, folder, EMPTY, first)
    before = book.read_bytes()
    facts.write(book, folder, first, THREE)

    assert THREE == facts.read(book, folder)
    assert book.read_bytes().startswith(before)
    assert book.read_text(encoding="utf-8").startswith(ledger.HEADER)


def test_writing_nothing_new_leaves_every_file_as_it_is(tmp_path: Path) -> None:
    book, folder = tmp_path / "registry.yaml", tmp_path / "registry"
    facts.write(book, folder, EMPTY, THREE)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    facts.write(book, folder, THREE, THREE)

    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- [", "is not YAML"),
        ("a: 1", "must be a list of entries"),
        ("- task: x", "entry 1 must have the keys by, date, hash, model, reasons, revision, task, verdict"),
    ],
)
def test_a_ledger_that_was_edited_badly_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    book = tmp_path / "registry.yaml"
    book.write_text(text, encoding="utf-8")

    with pytest.raises(DataError) as told:
        ledger.read(book)

    assert said in str(told.value)
    assert "mend it from git's history" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_verdict_that_is_none_is_one_line(tmp_path: Path) -> None:
    book = tmp_path / "registry.yaml"
    ledger.append(book, [replace(THREE.entries[0], verdict="winner")])

    with pytest.raises(DataError, match="entry 1: verdict cannot be `winner`"):
        ledger.read(book)


def test_a_lost_or_broken_record_is_one_line(tmp_path: Path) -> None:
    records.write(tmp_path, record("a"))
    (path,) = tmp_path.rglob("*.json")

    with pytest.raises(DataError, match=r"the record of a \(61000000\) of sr-photos is lost"):
        Facts(THREE.entries, {}).record(THREE.entries[0])
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="is no record"):
        records.read(tmp_path)
    path.unlink()
    records.write(tmp_path, record("b"))
    (tmp_path / TASK / f"{hash_of('b')}.json").rename(path)
    with pytest.raises(DataError, match="is the record of sr-photos"):
        records.read(tmp_path)


@pytest.mark.parametrize("count", [0, 1, CURVE_ROWS, CURVE_ROWS + 1, 7 * CURVE_ROWS + 3])
def test_a_long_curve_is_thinned_evenly_and_keeps_its_end(count: int) -> None:
    lines = ("step,loss", *(f"{number},0" for number in range(count)))

    head, *rows = thinned(lines)

    assert "step,loss" == head
    assert lines[-1:] == (head, *rows)[-1:]
    assert min(count, CURVE_ROWS // 2) <= len(rows) <= CURVE_ROWS
    assert len({int(b.split(",")[0]) - int(a.split(",")[0]) for a, b in pairwise(rows)}) <= 1
