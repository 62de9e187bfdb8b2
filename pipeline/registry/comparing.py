"""The versions of each task side by side, as text: scores, size, speed, data, who is champion and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, TypeAlias

from pipeline.pairs.reading import member_of
from pipeline.registry.facts import Facts
from pipeline.registry.ledger import Entry
from pipeline.registry.records import SHORT, Record
from pipeline.registry.standing import Standing

Present: TypeAlias = Mapping[str, str | None]
"""The hash of each model of params.yaml, by name; None where it is not made."""

NONE = "-"
INDENT = "  "
WIDTH = 118
CROWD = 8
"""Versions of a task beyond which table and verdicts stand alone, but for a model that is named."""
IDLE = ("checkpoint_every", "report_every")
"""Settings of a training that move no weight."""


def compared(facts: Facts, present: Present, suites: Mapping[str, str], named: str = "") -> Iterator[str]:
    """Yield lines: for each task that a model of params.yaml stands for, a table and what it means.

    Args:
        facts: what is known.
        present: the models of params.yaml; a version of any other model is not shown.
        suites: the task of each model of params.yaml.
        named: a model whose versions are told of in any case.
    """
    for task, stand in facts.standings.items():
        shown = [each for each in stand.versions if suites.get(each.model) == task]
        if shown:
            yield from ["", task]
            yield from _table(_rows(shown, stand, facts, present))
            yield from _champion(stand, present)
            yield from _differences(shown, stand, facts, named)


def flat(block: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return ``{"a.b": "1"}`` of ``{"a": {"b": 1}}``; a list is one value."""
    found: dict[str, str] = {}
    for name, value in block.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value if isinstance(value, str) else json.dumps(value)
    return found


def settings_of(record: Record) -> dict[str, str]:
    """Return what made a model, flat, in the words of its entries of params.yaml: ``network.name``, ``steps`` ..."""
    made = record.params
    entry = {key: value for key, value in made["model"].items() if key != "training"}
    training = {key: value for key, value in made["model"]["training"].items() if key not in IDLE}
    return flat({**training, **entry}) | flat(
        {"seed": made["seed"], "engine": made["engine"], "degradation": made["pairs"], "source": made["source"]}
    )


def _rows(shown: Sequence[Entry], stand: Standing, facts: Facts, present: Present) -> Iterator[list[str]]:
    records = [facts.record(each) for each in shown]
    scores = {name: None for record in records for name in scores_of(record)}
    yield ["", "version", "model", "hash", *scores, "parameters", "s/megapixel", "learnt from", "current"]
    roles = {hash_: role for role, hash_ in reversed(stand.aliases.items())}
    for entry, record in zip(shown, records, strict=True):
        own, costs = scores_of(record), record.costs
        yield [
            roles.get(entry.hash, ""),
            str(stand.number(entry.hash)),
            entry.model,
            entry.hash[:SHORT],
            *(own.get(name, NONE) for name in scores),
            f"{costs['parameters']:,}" if "parameters" in costs else NONE,
            f"{costs['seconds_per_megapixel']:.3g}" if "seconds_per_megapixel" in costs else NONE,
            f"{record.params['model']['pairs']} ({record.data[:SHORT]})",
            "yes" if present.get(entry.model) == entry.hash else "",
        ]


def scores_of(record: Record) -> dict[str, str]:
    """Return the means as they are read; the set stands in the name where the suite has several."""
    means = record.means()
    return {
        f"{member_of(benchmark)}/{name}" if len(means) > 1 else name: f"{value:.{2 if 'psnr' in name else 4}f}"
        for benchmark, values in means.items()
        for name, value in values.items()
    }


def _table(rows: Iterable[list[str]]) -> Iterator[str]:
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    numbers = [all(_is_number(cell) for cell in column[1:]) for column in zip(*table, strict=True)]
    for row in table:
        cells = zip(row, widths, numbers, strict=True)
        line = INDENT.join(cell.rjust(width) if number else cell.ljust(width) for cell, width, number in cells)
        yield f"{INDENT}{line.rstrip()}"


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").replace("e-", "").isdigit() or cell == NONE


def _champion(stand: Standing, present: Present) -> Iterator[str]:
    entry = stand.champion
    if not entry:
        yield f"{INDENT}no champion yet"
        return
    yield f"{INDENT}champion: {entry.model}, version {stand.number(entry.hash)}, since {entry.date}"
    yield from (f"{INDENT * 2}{reason}" for reason in entry.reasons)
    if entry.model not in present:
        yield f"{INDENT * 2}params.yaml no longer names it; `make promote` makes another one champion"
    elif present[entry.model] not in (entry.hash, None):
        yield f"{INDENT * 2}params.yaml says something else of {entry.model} now; this version is an older one"


def _differences(shown: Sequence[Entry], stand: Standing, facts: Facts, named: str) -> Iterator[str]:
    """Yield the verdict on each other version, and what params.yaml said otherwise of it than of the champion."""
    champion, crowd = stand.champion, len(shown) > CROWD
    for entry in shown:
        if champion and entry.hash == champion.hash:
            continue
        reasons = "; ".join(entry.reasons)
        yield f"{INDENT}{entry.model}, version {stand.number(entry.hash)}, was made {entry.verdict}: {reasons}"
        if champion and (entry.model == named or not crowd):
            yield from _told(settings_of(facts.record(entry)), settings_of(facts.record(champion)))
    if champion and crowd and not named:
        yield f"{INDENT}what made one of them otherwise: make compare MODEL=..."


def _told(mine: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[str]:
    both = [f"{key} {mine[key]}, not {theirs[key]}" for key in mine if key in theirs and mine[key] != theirs[key]]
    own = [f"{key} {mine[key]}" for key in mine if key not in theirs]
    lacking = [f"{key} {theirs[key]}" for key in theirs if key not in mine]
    sides = {"unlike the champion": both, "only here": own, "only the champion": lacking}
    for side, told in sides.items():
        if told:
            lines = wrap(f"{side}: {'; '.join(told)}", WIDTH - 4 * len(INDENT), break_on_hyphens=False)
            yield from (f"{INDENT * (4 if number else 2)}{line}" for number, line in enumerate(lines))
