"""What a benchmark measures, and what it says of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as bench
from bench import page
from bench.growth import Grown
from bench.rebuild import Checkout, Rebuilt, Verb
from bench.work import Measured, Way, Work, measure, operations_of

FACTS: Mapping[str, Any] = {
    "date": "2026-01-02",
    "processor": "Some",
    "threads": 2,
    "peaks": {"bf16 TFLOP/s": 2.0, "GB/s": 10.0},
}


def work(**options: object) -> Work:
    given = {"ours": lambda: 4, "peers": [Way("slow", lambda: 4), Way("other", lambda: 5, judged=False)], **options}
    return Work("score it", "images/s", 6.0, **given)  # type: ignore[arg-type]


def test_the_ratio_is_that_of_the_medians() -> None:
    measured = Measured(work(), [1.0, 3.0, 2.0], {"slow": [9.0, 8.0, 7.0], "other": [1.0, 1.0, 5.0]})

    slow, other = measured.rows()
    assert {"work": "score it", "peer": "slow", "judged": True, "unit": "images/s"}.items() <= slow.items()
    assert (4.0, 3.0, 0.75) == (slow["ratio"], slow["ours"], slow["theirs"])
    assert (0.5, False) == (other["ratio"], other["judged"])


def test_ways_take_turns_after_one_run_to_warm_up() -> None:
    said: list[str] = []
    ways = [Way(name, lambda name=name: said.append(name)) for name in "ab"]  # type: ignore[misc]
    measured = measure(work(ours=lambda: said.append("o"), peers=ways), 3)

    assert "oab" * 4 == "".join(said)
    assert (3, 3) == (len(measured.ours), len(measured.peers["a"]))


def test_a_judged_peer_must_agree_and_another_need_not() -> None:
    def agree(ours: int, theirs: int) -> None:
        assert ours == theirs

    measure(work(agree=agree), 1)
    with pytest.raises(AssertionError):
        measure(work(agree=agree, peers=[Way("wrong", lambda: 5)]), 1)


def test_the_share_of_the_peak_is_said_where_the_work_says_what_it_needs() -> None:
    measured = Measured(work(operations=3e12, moved=5e9), [2.0], {})

    assert [(1.5, 2.0), (2.5, 10.0)] == [(each["attained"], each["peak"]) for each in measured.shares(FACTS["peaks"])]
    assert [] == Measured(work(), [2.0], {}).shares(FACTS["peaks"])


def test_operations_are_those_of_products() -> None:
    import torch

    assert 2 * 3 * 4 * 5 == operations_of(lambda: torch.ones(3, 4) @ torch.ones(4, 5))


def test_growth_is_the_power_of_the_amount() -> None:
    assert Grown("x", ((1, 2.0, 9), (2, 8.0, 9), (4, 32.0, 9))).slope == pytest.approx(2)


def test_the_page_has_every_figure(tmp_path: Path) -> None:
    measured = Measured(work(operations=3e12), [2.0], {"slow": [8.0], "other": [1.0]})
    rows = measured.rows()
    text = page.text(
        rows,
        FACTS,
        measured.shares(FACTS["peaks"]),
        {"EDSR": 0.012},
        [Grown("g", ((1, 2.0, 9), (2, 4.0, 9)))],
        Rebuilt([Verb("read dvc.yaml", 1, 1.0), Verb("train", 4, 3.0)], {27: 1.23, 130: 3.9}),
    )
    page.plot(rows, tmp_path / "plot.svg")

    for line in (
        "| score it | slow | 3.0 | 0.75 | images/s | **4.0** |",
        "| score it | other | 3.0 | 6.0 | images/s | (0.5) |",
        "| score it | 1.5 | 2.0 | bf16 TFLOP/s | 75 % |",
        "| EDSR | 1.2 % |",
        "| g | 1 / 2 | 2 / 4 | 9 / 9 | 1.00 |",
        "| train | 4 | 3.0 | 75 % |",
        "| all | 5 | 4.0 | 100 % |",
        "With nothing to do, `dvc repro` takes 1.2 s for 27 stages, 3.9 s for 130 stages.",
    ):
        assert line in text
    assert "score it" in (tmp_path / "plot.svg").read_text(encoding="utf-8")


def test_the_command_times_what_is_named_and_writes_it_down(tmp_path: Path) -> None:
    assert 0 == bench.main(["start", "--out", str(tmp_path / "out")])

    (row,) = json.loads((tmp_path / "out" / "bench.json").read_text(encoding="utf-8"))
    assert {"work", "peer", "judged", "ratio", "ours", "theirs", "unit"} == row.keys()
    assert row["work"].startswith("start")


def test_copies_of_a_model_make_as_many_stages_as_are_wanted(tmp_path: Path) -> None:
    clone = Checkout(tmp_path / "clone")

    clone.grow_to(130)

    assert 130 <= clone.stages() < 133
