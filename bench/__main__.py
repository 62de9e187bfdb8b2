"""``python -m bench [--out FOLDER] [--page FILE] [--rebuild] [WORK ...]``: time all works, or those named."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from bench import growth, learning, machine, page, works
from bench.rebuild import rebuilt
from bench.work import Work, measure
from pipeline import atomic

log = logging.getLogger(__name__)


def main(words: Sequence[str]) -> int:
    """Measure, print a line for each comparison, and write bench.json, the plot and the page."""
    given = _parser().parse_args(words)
    facts = machine.facts() | {"peaks": machine.peaks()}
    log.info("%s", facts)
    rows: list[dict[str, Any]] = []
    shares: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for work in _works(given.work, Path(folder)):
            measured = measure(work)
            shares += measured.shares(facts["peaks"])
            for row in measured.rows():
                log.info("%(work)s: %(ours)s %(unit)s, %(theirs)s %(peer)s, ratio %(ratio)s", row)
                rows.append(row)
        waits = learning.waited(Path(folder)) if not given.work else {}
        grown = growth.measured() if not given.work else []
        whole = rebuilt(Path(folder)) if given.rebuild else None
    given.out.mkdir(parents=True, exist_ok=True)
    atomic.write_text(given.out / "bench.json", json.dumps(rows, indent=1) + "\n")
    page.plot(rows, given.out / "bench.svg")
    if given.page:
        atomic.write_text(given.page, page.text(rows, facts, shares, waits, grown, whole))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("work", nargs="*", help="only works whose names begin so")
    parser.add_argument("--out", type=Path, default=Path("reports/bench"))
    parser.add_argument("--page", type=Path, help="the summary to write, a Markdown file")
    parser.add_argument(
        "--rebuild", action="store_true", help="time whole rebuilds in a clone, too, which takes minutes"
    )
    return parser


def _works(wanted: Sequence[str], folder: Path) -> Iterator[Work]:
    """Yield the works of all files in ``bench/works`` whose names begin with one of ``wanted``, or all."""
    for module in sorted(each.name for each in iter_modules(works.__path__)):
        if not wanted or any(word.split()[0] == module for word in wanted):
            for work in import_module(f"bench.works.{module}").works(folder):
                if not wanted or any(work.name.startswith(word) for word in wanted):
                    yield work


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    sys.exit(main(sys.argv[1:]))
