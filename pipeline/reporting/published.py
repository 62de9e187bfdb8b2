"""Published numbers, and which of them may stand beside ours: only where network, variant, scale, set, protocol match.

``published.json`` holds tables of papers. A table matches a model when its network has the settings of the table
(``free`` ones move no architecture), the pairs are made as the table's protocol says, the benchmark is the whole set
of the row, and the metric is the table's. Where training data differ, the number is shown in grey with the reason.
Of networks on RGB Set14 is left out: their scripts score the grey image there in another way (docs/protocols.md).
LapSRN's and MS-LapSRN's are left out, which no suite here measures as they did.
Weights that its authors publish, scored as they are, have learnt what the paper's did.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from pipeline.pairs.reading import member_of
from pipeline.reporting.gathering import Params

DATA = ("published.json",)

HARMLESS = {"name", "lr"}
"""What a source may say without being another set of HR images."""


@dataclass(frozen=True)
class Published:
    """A number of a paper beside ours.

    Args:
        value: as printed.
        source: where.
        others: the numbers of other sources that print another one.
        differs: how its training data differ from ours, or None.
    """

    value: float
    source: str
    others: tuple[tuple[float, str], ...]
    differs: str | None


def published(params: Params, model: str, benchmark: str, metric: str) -> Published | None:
    """Return what papers print for ``model`` on ``benchmark`` in ``metric``, or None where nothing matches.

    Of several, one with our training data comes first, then the method's own paper.
    """
    entry = params["models"][model]
    row = f"{set_of(params, entry['suite'], benchmark)}-x{params['pairs'][entry['suite']]['scale']}"
    ours = None if as_published(params, model) else trained_on(params, model)
    learns_so = _made_so(params["pairs"][entry["pairs"]], params["pairs"][entry["suite"]])
    found = [
        (_difference(table, ours, learns_so), table["own"], table["rows"][row][table["metrics"].index(metric)], table)
        for table in _tables()["tables"]
        if metric in table["metrics"] and row in table["rows"] and _fits(table, params, entry)
    ]
    if not found:
        return None
    found.sort(key=lambda each: (each[0] is not None, not each[1]))
    differs, _, value, table = found[0]
    others = tuple((each[2], each[3]["source"]) for each in found[1:] if each[2] != value)
    return Published(value, table["source"], others, differs)


def set_of(params: Params, pairs: str, benchmark: str) -> str | None:
    """Return the source whose whole set ``benchmark`` is, or None where it is something else."""
    block = params["pairs"][pairs]
    spec = params["sources"][block["source"]]
    if spec["name"] == "union":
        member = member_of(benchmark)
        spec = {"name": member, **spec["of"].get(member, {})}
    return spec["name"] if set(spec) <= HARMLESS else None


def trained_on(params: Params, model: str) -> set[str]:
    """Return the names of the sets that ``model`` learnt from, those of the model it starts from included."""
    entry = params["models"].get(model)
    if entry is None:
        return set()
    source = params["pairs"][entry["pairs"]]["source"]
    return trained_on(params, entry["start"]) | set(_members(params["sources"][source]))


def as_published(params: Params, model: str) -> bool:
    """Tell whether ``model`` has the weights of a file of others, and has learnt nothing since."""
    entry = params["models"].get(model)
    if entry is None or entry["training"]["steps"]:
        return False
    return bool(entry["training"].get("start")) or as_published(params, entry["start"])


def _members(spec: Mapping[str, Any]) -> Iterator[str]:
    if spec["name"] == "union":
        for key, item in spec["of"].items():
            yield from _members({"name": key, **item})
    elif spec["name"] == "subset":
        yield "part of " + ", ".join(_members(spec["of"]))
    else:
        yield spec["name"]


def _difference(table: Mapping[str, Any], ours: set[str] | None, learns_so: bool) -> str | None:
    """Return how the training data of ``table`` differ from ``ours``; a table without data learnt nothing.

    Args:
        ours: None where they are those of the authors.
    """
    theirs = table["data"]
    if theirs is None or ours is None:
        return None
    if set(theirs) != ours:
        return f"learnt from {' and '.join(theirs)}; ours from {' and '.join(sorted(ours))}"
    return None if learns_so else "ours learnt from LR made in another way than the LR it is judged on"


def _fits(table: Mapping[str, Any], params: Params, entry: Mapping[str, Any]) -> bool:
    """Tell whether network, variant and protocol are the table's."""
    network, pairs = entry["training"]["network"], params["pairs"][entry["suite"]]
    return (
        network["name"] == table["network"]
        and all(_plain(_setting(network, key)) == value for key, value in table["settings"].items())
        and _made_so(pairs, _of_protocol(table["protocol"]))
        and params["suites"][entry["suite"]]["self_ensemble"] == "none"
    )


def _of_protocol(name: str) -> dict[str, Any]:
    """Return how pairs of a protocol are made."""
    protocol = _tables()["protocols"][name]
    return {"rounding": protocol["rounding"], "degradation": [{"resize": protocol["resize"]}]}


def _made_so(pairs: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Tell whether two blocks of pairs make LR in the same way, by one resize."""
    return _resize(pairs) is not None and (pairs["rounding"], _resize(pairs)) == (others["rounding"], _resize(others))


def _resize(pairs: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the one resize that makes LR, with what it leaves unsaid, or None where LR is made otherwise."""
    chain = pairs["degradation"]
    if chain == [{"bi": {}}]:
        return {**_tables()["unsaid"], **_tables()["protocols"]["rgb"]["resize"]}
    if not isinstance(chain, list) or len(chain) != 1 or set(chain[0]) != {"resize"}:
        return None
    return {**_tables()["unsaid"], **chain[0]["resize"]}


def _setting(network: Mapping[str, Any], key: str) -> Any:
    """Return a network's setting, as params.yaml says or else as its constructor does."""
    if key in network:
        return network[key]
    module = import_module(f"pipeline.networks.{network['name']}")
    return inspect.signature(getattr(module, module.__all__[0])).parameters[key].default


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@cache
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(Path(__file__).with_name(DATA[0]).read_text(encoding="utf-8"))
    return tables
