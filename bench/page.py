"""What a benchmark says: a plot of the ratios, and a page with every figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.growth import Grown
from bench.rebuild import Rebuilt

COMMAND = "make bench"
OURS, SHOWN = "#2f6f9f", "#b8b8b8"


def plot(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write one bar for each comparison: how many times as fast we are, on a scale of factors."""
    from matplotlib.figure import Figure  # takes a second, and nothing but this needs it

    figure = Figure(figsize=(9, 0.9 + 0.42 * len(rows)), layout="constrained")
    axes = figure.subplots()
    names = [f"{row['work']}\n{row['peer']}{'' if row['judged'] else ' (computes something else)'}" for row in rows]
    ratios = [row["ratio"] for row in rows]
    bars = axes.barh(names, ratios, color=[OURS if row["judged"] else SHOWN for row in rows])
    axes.bar_label(bars, fmt="%.3g", padding=3, fontsize=8)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlabel("times as fast as the peer")
    axes.tick_params(axis="y", labelsize=7)
    axes.invert_yaxis()
    figure.savefig(path, metadata={"Date": None})


def text(
    rows: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any],
    shares: Sequence[Mapping[str, Any]],
    waits: Mapping[str, float],
    grown: Sequence[Grown],
    rebuilt: Rebuilt | None,
) -> str:
    """Return the page: the machine, the comparisons, the shares of its peaks, the growth, a whole rebuild."""
    parts = [HEAD, *_machine(facts), "", *_comparisons(rows), "", PEAKS, *_shares(shares), "", WAITS, *_waits(waits)]
    parts += ["", GROWTH, *_growth(grown)]
    if rebuilt:
        parts += ["", REBUILD, *_rebuild(rebuilt), "", *_idle(rebuilt)]
    return "\n".join(parts) + "\n"


HEAD = f"""# Performance

Written by `{COMMAND}`. Every figure here is from its last run. A ratio says how many
times as fast this project is as a peer within that run: both do the work three times, by turns, on the same
threads; the medians are compared. The peers (`bench/peers/`) are the field's ways of doing the same work, written
as plainly as they run in its toolboxes, and their results are held against ours before anything is timed. A library
that computes something else stands in the table, its ratio in brackets, to be seen and not to be judged.
"""

PEAKS = """## Of the machine's peak

What ours attains of the largest measured product and copy. Operations are those of products and convolutions; bytes are
what must be read and written at least.
"""

WAITS = """## Waiting for data

The share of a training's time that its steps wait for their batch, as the loop itself reports it.
"""

GROWTH = """## Growth

Each figure is a process of its own. A slope of 1 means that twice the work takes twice as long; memory is the most that
the process held.
"""

REBUILD = """## Where the wall time of `make repro` goes

The default experiment in a fresh clone, stage after stage; each stage is a process, and DVC's part is with it. Scores,
curves and costs are in git: where the trained weights equal those they were made from, to the bit, nothing is judged
or registered again.
"""


def _machine(facts: Mapping[str, Any]) -> list[str]:
    peaks = ", ".join(f"{value} {unit}" for unit, value in facts["peaks"].items())
    known = ", ".join(f"{name} {value}" for name, value in facts.items() if name not in ("peaks", "date", "processor"))
    return [f"{facts['date']}, {facts['processor']}; {known}.", f"Measured peaks: {peaks}."]


def _comparisons(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = ["| work | peer | ours | theirs | unit | ratio |", "| --- | --- | ---: | ---: | --- | ---: |"]
    for row in rows:
        ratio = f"**{row['ratio']}**" if row["judged"] else f"({row['ratio']})"
        lines.append(f"| {row['work']} | {row['peer']} | {row['ours']} | {row['theirs']} | {row['unit']} | {ratio} |")
    return lines


def _shares(shares: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = ["| work | attained | peak | unit | share |", "| --- | ---: | ---: | --- | ---: |"]
    for each in shares:
        share = f"{100 * each['attained'] / each['peak']:.0f} %"
        lines.append(f"| {each['work']} | {each['attained']} | {each['peak']} | {each['unit']} | {share} |")
    return lines


def _waits(waits: Mapping[str, float]) -> list[str]:
    return [
        "| training | waited |",
        "| --- | ---: |",
        *(f"| {name} | {100 * each:.1f} % |" for name, each in waits.items()),
    ]


def _growth(grown: Sequence[Grown]) -> list[str]:
    lines = ["| work | amount | seconds | MiB | slope |", "| --- | --- | --- | --- | ---: |"]
    for each in grown:
        amounts, times, sizes = (
            " / ".join(f"{value:.3g}" if value < 1000 else f"{value:.0f}" for value in values)
            for values in zip(*each.points, strict=True)
        )
        lines.append(f"| {each.work} | {amounts} | {times} | {sizes} | {each.slope:.2f} |")
    return lines


def _rebuild(rebuilt: Rebuilt) -> list[str]:
    whole = sum(each.seconds for each in rebuilt.verbs)
    lines = ["| stage | times | seconds | share |", "| --- | ---: | ---: | ---: |"]
    lines += [
        f"| {each.name} | {each.stages} | {each.seconds:.1f} | {100 * each.seconds / whole:.0f} % |"
        for each in rebuilt.verbs
    ]
    return [*lines, f"| all | {sum(each.stages for each in rebuilt.verbs)} | {whole:.1f} | 100 % |"]


def _idle(rebuilt: Rebuilt) -> list[str]:
    times = [f"{each:.1f} s for {stages} stages" for stages, each in rebuilt.idle.items()]
    return [f"With nothing to do, `dvc repro` takes {', '.join(times)}."]
