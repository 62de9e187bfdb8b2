"""The gate: who becomes champion, and the sentence that says why."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.errors import ParamsError
from pipeline.registry.gate import Contender, Verdict, Yardstick, decide, interval
from pipeline.registry.settings import Gate

DECIBELS = Yardstick("psnr_y8", "dB", "higher")
DISTANCE = Yardstick("lpips", "", "lower")
COSTS = {"parameters": 1000, "seconds_per_megapixel": 0.5}


def contender(*values: float, **costs: float) -> Contender:
    return Contender("new-x2", {("set", str(n)): value for n, value in enumerate(values)}, {**COSTS, **costs})


def champion(*values: float) -> Contender:
    return Contender("old-x2", {("set", str(n)): value for n, value in enumerate(values)}, COSTS)


OLD = champion(30.0, 31.0, 32.0, 33.0)
BETTER = (30.5, 31.6, 32.7, 33.4)
LIMITED = Gate("psnr_y8", seconds_per_megapixel=1.0, parameters=2000)


@pytest.mark.parametrize(
    ("gate", "yardstick", "new", "expected"),
    [
        pytest.param(LIMITED, DECIBELS, contender(*BETTER), True, id="better"),
        pytest.param(LIMITED, DECIBELS, contender(29.5, 30.6, 31.7, 32.4), False, id="worse"),
        pytest.param(LIMITED, DECIBELS, contender(30.0, 31.0, 32.0, 33.0), False, id="a tie"),
        pytest.param(LIMITED, DECIBELS, contender(31.0, 30.5, 32.9, 32.8), False, id="better on the mean alone"),
        pytest.param(LIMITED, DECIBELS, contender(*BETTER, seconds_per_megapixel=1.0), True, id="as slow as allowed"),
        pytest.param(LIMITED, DECIBELS, contender(*BETTER, seconds_per_megapixel=1.1), False, id="slower than allowed"),
        pytest.param(LIMITED, DECIBELS, contender(*BETTER, parameters=2001), False, id="larger than allowed"),
        pytest.param(Gate("psnr_y8"), DECIBELS, contender(*BETTER, parameters=10**9), True, id="no limit"),
        pytest.param(Gate("psnr_y8", margin=0.3), DECIBELS, contender(*BETTER), True, id="by more than the margin"),
        pytest.param(Gate("psnr_y8", margin=0.5), DECIBELS, contender(*BETTER), False, id="not by the margin"),
        pytest.param(Gate("lpips"), DISTANCE, contender(29.5, 30.6, 31.7, 32.4), True, id="lower is better, and lower"),
        pytest.param(Gate("lpips"), DISTANCE, contender(*BETTER), False, id="lower is better, but higher"),
        pytest.param(Gate("lpips", margin=0.5), DISTANCE, contender(29.6, 30.6, 31.6, 32.6), False, id="lower by less"),
    ],
)
def test_the_gate_lets_pass_who_is_surely_better_and_within_the_limits(
    gate: Gate, yardstick: Yardstick, new: Contender, expected: bool
) -> None:
    verdict = decide(gate, yardstick, new, OLD)

    assert expected == verdict.champion
    assert verdict.reasons


def test_the_reason_is_a_sentence_with_numbers() -> None:
    verdict = decide(LIMITED, DECIBELS, contender(*BETTER), OLD)

    assert ("+0.55 dB psnr_y8 over old-x2 (4 images; 95 % between +0.45 and +0.65)",) == verdict.reasons


def test_every_limit_that_is_broken_is_told() -> None:
    reasons = decide(
        LIMITED, DECIBELS, contender(*BETTER, parameters=3_000_000, seconds_per_megapixel=2.5), OLD
    ).reasons

    assert "2.5 seconds per megapixel; the gate allows 1.0" == reasons[1]
    assert "3,000,000 parameters; the gate allows 2,000" == reasons[2]


def test_a_limit_on_what_was_not_measured_is_not_met() -> None:
    new = Contender("new-x2", contender(*BETTER).values, {"parameters": 5})

    verdict = decide(LIMITED, DECIBELS, new, OLD)

    assert not verdict.champion
    assert "seconds per megapixel were not measured; the gate allows 1.0" == verdict.reasons[1]


def test_the_first_version_of_a_task_is_champion_unless_it_breaks_a_limit() -> None:
    assert Verdict(True, ("the first version of its task",)) == decide(LIMITED, DECIBELS, contender(1.0), None)
    assert not decide(LIMITED, DECIBELS, contender(1.0, parameters=5000), None).champion


def test_versions_judged_on_other_images_are_not_compared() -> None:
    verdict = decide(LIMITED, DECIBELS, contender(99.0), OLD)

    assert Verdict(False, ("judged on 1 images, old-x2 on 4, not the same ones: nothing to compare",)) == verdict


def test_few_images_are_said_to_make_a_rough_interval() -> None:
    (few,) = decide(LIMITED, DECIBELS, contender(31.0, 32.0, 33.0), champion(30.0, 31.0, 32.5)).reasons

    assert few.endswith("; so few images make a rough interval")


def test_the_interval_is_that_of_the_mean() -> None:
    """For many normal differences the bootstrap agrees with the normal interval, mean -+ 1.96 s / sqrt(n)."""
    differences = np.random.default_rng(3).normal(0.2, 0.5, 400)
    half = 1.96 * differences.std() / 20

    low, high = interval(differences)

    assert low == pytest.approx(differences.mean() - half, abs=2e-3)
    assert high == pytest.approx(differences.mean() + half, abs=2e-3)


def test_the_interval_is_the_same_each_time_and_shrinks_to_a_point_where_all_agree() -> None:
    differences = np.array([0.1, 0.5, -0.2, 0.9])

    assert interval(differences) == interval(differences)
    assert (0.25, 0.25) == interval(np.full(5, 0.25))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"margin": -0.1}, "margin: must be at least 0, not -0.1"),
        ({"margin": float("inf")}, "margin: must be at least 0, not inf"),
        ({"seconds_per_megapixel": 0.0}, "seconds_per_megapixel: must be more than 0, not 0.0"),
        ({"parameters": -1}, "parameters: must be at least 0, not -1"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(ParamsError) as told:
        Gate("psnr_y8", **wrong)  # type: ignore[arg-type]  # what params.yaml may say is a mapping

    assert said == str(told.value)
