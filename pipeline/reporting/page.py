"""The page: its template filled with tables, charts and pictures, in one file that asks nothing of anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator

import torch

from pipeline.errors import ScoreError
from pipeline.pairs.reading import PairSet
from pipeline.reporting import charts, tables
from pipeline.reporting.gathering import Contender, Params, Places, Suite, gathered
from pipeline.reporting.markup import Markup, element, joined
from pipeline.reporting.shell import shell
from pipeline.reporting.viewing import pictures

DATA = ("page.html", "page.css", "tips.js", "tables.js", "charts.js", "viewer.js", "compare.js")
STYLES = ("page.css",)
SCRIPTS = ("tips.js", "tables.js", "charts.js", "compare.js", "viewer.js")


def page(params: Params, places: Places, device: torch.device) -> str:
    """Return the page for ``params``; the same inputs give the same text.

    Raises:
        ScoreError: when params.yaml names no model.
    """
    suites = gathered(params, places)
    if not suites:
        raise ScoreError("params.yaml: names no model; there is nothing to report")
    images = {name: len(PairSet(places.pairs / name).entries) for name in params["pairs"]}
    sections = {
        "summary": joined(*_summary(suites, params)),
        "scores": joined(*(tables.scores(suite, params) for suite in suites)),
        "costs": joined(*_costs(suites)),
        "curves": _curves(suites),
        "trained": tables.trained(suites, params, images),
        "pictures": _inert(json.dumps(pictures(suites, places, device), separators=(",", ":"))),
    }
    return shell("Super-resolution report", "page.html", sections, STYLES, SCRIPTS)


def _summary(suites: list[Suite], params: Params) -> Iterator[Markup]:
    """Yield a sentence on each suite: who leads, and by how much."""
    models = len(params["models"])
    yield element(
        "p", f"{models} models on {len(suites)} suite{'s' if len(suites) > 1 else ''}, seed {params['seed']}."
    )
    for suite in suites:
        learnt = [each for each in suite.contenders if not each.is_baseline]
        if learnt and suite.baseline:
            yield element("p", *_leader(suite, learnt))


def _leader(suite: Suite, learnt: list[Contender]) -> Iterator[str]:
    means = {each.name: sum(suite.gains(each)) / len(suite.images) for each in learnt}
    sign = 1 if suite.main.better == "higher" else -1
    best = max(learnt, key=lambda each: sign * means[each.name])
    shown = f"{suite.main.shown(means[best.name], signed=True)} {suite.main.unit}".strip()
    verdict = "leads" if suite.main.wins(means[best.name], 0) else "comes nearest to bicubic, which none beats"
    yield from ("On ", element("b", suite.name), ", ", element("b", best.name, class_=f"ink {best.look}"))
    yield f" {verdict}: {shown} {suite.main.label} against bicubic"
    yield f", mean of {len(suite.images)} images." if len(suite.images) > 1 else "."


def _costs(suites: list[Suite]) -> Iterator[Markup]:
    """Yield the charts of every suite in which something was learnt."""
    for suite in suites:
        if all(each.is_baseline for each in suite.contenders):
            yield element("p", f"{suite.name}: nothing was learnt, there is nothing to weigh.", class_="quiet")
            continue
        for benchmark in suite.benchmarks:
            drawn = [charts.against(suite, benchmark, cost) for cost in charts.COSTS]
            title = element("h3", benchmark)
            yield element("div", title, element("div", *drawn, class_="charts"))


def _curves(suites: list[Suite]) -> Markup:
    found = list(charts.curves([each for suite in suites for each in suite.contenders]))
    return (
        element("div", *found, class_="charts")
        if found
        else element("p", "No model learns in training.", class_="quiet")
    )


def _inert(text: str) -> Markup:
    """Return JSON that no parser of HTML can take for an element."""
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
