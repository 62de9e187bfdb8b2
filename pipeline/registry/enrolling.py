"""Facts about versions: a verdict for every new one, and the two decisions that people make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipeline.errors import PipelineError
from pipeline.evaluation.settings import Suite
from pipeline.lookup import build, settings
from pipeline.registry.facts import Facts
from pipeline.registry.gate import Contender, Verdict, Yardstick, decide
from pipeline.registry.ledger import CHALLENGER, CHAMPION, GATE, PROMOTE, ROLLBACK, Entry
from pipeline.registry.records import SHORT, Record, refreshed
from pipeline.registry.settings import Gate
from pipeline.registry.standing import Standing

LEAST_PREFIX = 6
"""Characters of a hash that name a version."""


def task_of(suite: str) -> str:
    """Return the task that the models judged on ``suite`` compete for."""
    return f"sr-{suite}"


def enrolled(present: Iterable[Record], facts: Facts, params: Mapping[str, Any], date: str) -> Facts:
    """Return ``facts`` with an entry more for each of ``present`` whose hash its task has not seen: the verdict.

    Args:
        present: what params.yaml names, in its order; records that are new, or whose scores are, join those of
            ``facts``.
        facts: what was known before.
        params: the content of params.yaml: suites and gates.
        date: of the new entries.
    """
    present = list(present)
    known = replace(facts, records={**facts.records, **refreshed(facts.records, present)})
    for record in present:
        stand = known.standings.get(record.task, Standing())
        if record.hash not in {each.hash for each in stand.versions}:
            champion = known.record(stand.champion) if stand.champion else None
            verdict = _verdict(record, champion, params)
            word = CHAMPION if verdict.champion else CHALLENGER
            known = known.after(_entry(record, word, GATE, date, verdict.reasons))
    return known


def promoted(wanted: str, facts: Facts, date: str) -> Entry:
    """Return the entry that makes a version champion by hand.

    Args:
        wanted: a model's name (its newest version), or the beginning of a hash; ``@task`` behind it where several
            tasks have one.
        facts: what is known.
        date: of the entry.
    """
    chosen = _only(wanted, facts.standings)
    former = facts.standings[chosen.task].champion
    if former and former.hash == chosen.hash:
        raise PipelineError(f"MODEL: {chosen.model} ({chosen.hash[:SHORT]}) is champion of {chosen.task} already")
    over = f"over {former.model} ({former.hash[:SHORT]})" if former else "where there was no champion"
    return _entry(facts.record(chosen), CHAMPION, PROMOTE, date, (f"promoted by hand, {over}",))


def rolled_back(task: str, facts: Facts, date: str) -> Entry:
    """Return the entry that makes the champion before the present one champion again."""
    if task not in facts.standings:
        raise PipelineError(f"TASK: `{task}` has no version; choices: {', '.join(facts.standings) or 'none'}")
    former, previous = facts.standings[task].champion, facts.standings[task].previous
    if not former:
        raise PipelineError(f"TASK: {task} has no champion; `make promote` decides")
    if not previous:
        line = f"its champions begin with {former.model} ({former.hash[:SHORT]})"
        raise PipelineError(f"TASK: {task}: {line}, there is none to go back to; `make promote` decides otherwise")
    reason = f"rolled back by hand, from {former.model} ({former.hash[:SHORT]})"
    return _entry(facts.record(previous), CHAMPION, ROLLBACK, date, (reason,))


def _entry(record: Record, verdict: str, by: str, date: str, reasons: tuple[str, ...]) -> Entry:
    return Entry(record.task, record.model, record.hash, record.revision, verdict, by, date, reasons)


def _verdict(record: Record, champion: Record | None, params: Mapping[str, Any]) -> Verdict:
    suite = record.params["model"]["suite"]
    if suite not in params["gates"]:
        return Verdict(False, (f"params.yaml has no gate for {suite}: `make promote` decides",))
    gate = settings(Gate, params["gates"][suite])
    strange = _incomparable(record, champion, gate.metric) if champion else ""
    if strange:
        return Verdict(False, (f"{strange}: nothing to compare, `make promote` decides",))
    metric = build("metrics", settings(Suite, params["suites"][suite]).metrics[gate.metric])
    former = _contender(champion, gate.metric) if champion else None
    return decide(gate, Yardstick(gate.metric, metric.unit, metric.better), _contender(record, gate.metric), former)


def _incomparable(record: Record, champion: Record, metric: str) -> str:
    """Say why two versions cannot be compared, or nothing when they can."""
    own, other = record.judged, champion.judged
    if own["data"] != other["data"]:
        return f"judged on other images than {champion.model}"
    if any(own[key] != other[key] for key in ("pairs", "drawn")):
        return f"its LR images were made otherwise than those of {champion.model}"
    if own["suite"]["metrics"][metric] != other["suite"]["metrics"].get(metric):
        return f"{champion.model} was not judged by this {metric}"
    if own["suite"]["self_ensemble"] != other["suite"]["self_ensemble"]:
        return f"{champion.model} was judged with `self_ensemble: {other['suite']['self_ensemble']}`"
    return ""


def _contender(record: Record, metric: str) -> Contender:
    return Contender(record.model, record.values(metric), record.costs)


def _only(wanted: str, stands: Mapping[str, Standing]) -> Entry:
    name, _, task = wanted.partition("@")
    found = [entry for each, stand in stands.items() if task in ("", each) for entry in _called(name, stand)]
    if not found:
        choices = sorted({each.model for stand in stands.values() for each in stand.versions})
        inside, known = f" in {task}" if task else "", ", ".join(choices) or "none"
        raise PipelineError(f"MODEL: no version is called `{name}`{inside}; choices: {known}, or a hash")
    if len(found) > 1:
        shown = ", ".join(f"{each.hash[:SHORT]}@{each.task}" for each in found)
        raise PipelineError(f"MODEL: `{name}` could be {shown}; say more of the hash, or TASK=")
    return found[0]


def _called(name: str, stand: Standing) -> Iterator[Entry]:
    """Yield the newest version called ``name``, or those whose hash begins so."""
    yield from [each for each in stand.versions if each.model == name][-1:]
    if len(name) >= LEAST_PREFIX:
        yield from (each for each in stand.versions if each.hash.startswith(name))
