"""The comparison: what is shown, what is not, and what it says."""

from __future__ import annotations

from pipeline.registry.comparing import Present, compared
from pipeline.registry.enrolling import enrolled, promoted
from pipeline.registry.facts import Facts
from tests.registry.invented import hash_of, params, record

DATE = "2026-01-02 03:04:05Z"
KNOWN = enrolled(
    [
        record("plain"),
        record("good", (31.0, 32.0, 33.0, 34.08), steps=100, batch=4),
        record("bad", (1.0, 2.0, 3.0, 4.0)),
    ],
    Facts((), {}),
    params(),
    DATE,
)
PRESENT: Present = {name: hash_of(name) for name in ("plain", "good", "bad")}


def told(present: Present = PRESENT, facts: Facts = KNOWN) -> list[str]:
    return list(compared(facts, present, dict.fromkeys(present, "sr-photos")))


def test_the_table_shows_who_is_what_with_scores_size_and_speed() -> None:
    _, task, head, *rows = told()[:6]

    assert "sr-photos" == task
    assert [
        "version",
        "model",
        "hash",
        "psnr_y8",
        "parameters",
        "s/megapixel",
        "learnt",
        "from",
        "current",
    ] == head.split()
    assert ["previous", "1", "plain", "706c6169", "31.50", "1,000", "0.5", "learnt", "(cccccccc)", "yes"] == rows[
        0
    ].split()
    assert ["champion", "2", "good"] == rows[1].split()[:3]
    assert ["challenger", "3", "bad"] == rows[2].split()[:3]


def test_it_says_since_when_and_why_the_champion_is_champion_and_what_differs() -> None:
    text = "\n".join(told())

    assert "champion: good, version 2, since 2026-01-02 03:04:05Z\n    +1.02 dB psnr_y8 over plain" in text
    assert "bad, version 3, was made challenger: -30.02 dB psnr_y8 over good" in text
    assert "unlike the champion: steps 0, not 100\n    only the champion: batch 4" in text


def test_of_thirty_contenders_each_has_a_row_and_a_verdict_and_one_that_is_named_is_told_of() -> None:
    names = [f"net-{number:02}" for number in range(30)]
    scores = [(30.0 + n, 31.0 + n, 32.0 + n, 33.0 + n) for n in range(30)]
    records = [record(name, own, batch=n) for n, (name, own) in enumerate(zip(names, scores, strict=True))]
    many = enrolled(records, KNOWN, params(), DATE)
    present = {name: hash_of(name) for name in names}
    suites = dict.fromkeys(names, "sr-photos")
    short, long = list(compared(many, present, suites)), list(compared(many, present, suites, "net-07"))

    assert (30, 29) == (sum("(cccccccc)" in line for line in short), sum(" was made " in line for line in short))
    assert not any("unlike the champion" in line or "only" in line for line in short)
    assert "  what made one of them otherwise: make compare MODEL=..." == short[-1]
    assert ["    unlike the champion: batch 7, not 29"] == [line for line in long if "champion: batch" in line]


def test_a_model_that_params_no_longer_names_is_not_shown() -> None:
    lines = told({name: hash_ for name, hash_ in PRESENT.items() if name != "bad"})

    assert not any("bad" in line for line in lines)
    assert any("plain" in line for line in lines)


def test_a_champion_that_params_no_longer_names_is_told_of() -> None:
    lines = told({name: hash_ for name, hash_ in PRESENT.items() if name != "good"})

    assert "    params.yaml no longer names it; `make promote` makes another one champion" in lines
    assert not any(" good " in line for line in lines[2:4])


def test_a_version_that_params_says_otherwise_of_is_not_current() -> None:
    lines = told({**PRESENT, "good": hash_of("other")})

    assert not next(line for line in lines if line.lstrip().startswith("champion  ")).endswith("yes")
    assert "    params.yaml says something else of good now; this version is an older one" in lines


def test_a_promoted_one_is_shown_as_champion() -> None:
    known = KNOWN.after(promoted("bad", KNOWN, DATE))

    assert "  champion: bad, version 3, since 2026-01-02 03:04:05Z" in told(facts=known)
