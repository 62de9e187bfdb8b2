"""A flow against a server of its own, without a worker: what it runs, says and keeps."""

from __future__ import annotations

import sys

import pytest

from flows.repository import made
from tests.clones import Clone
from tests.flows.stand import PYTHON, served

pytestmark = pytest.mark.slow


CALL = "from flows.retrain import retrain; [retrain(models=['video-x2'], return_state=True) for _ in range(2)]"


def test_one_model_is_retrained_with_its_scores_and_then_nothing(copy: Clone) -> None:
    with served(copy) as stand:
        stand.must(*PYTHON, "flows.setup")
        stand.change("video-x2", rate=2.0e-3)
        stand.change("reference-x2", rate=2.0e-3)
        stand.must(sys.executable, "-c", CALL)
        second, first = stand.runs(limit=2)
        lines = stand.logs(first["id"])

        rest = f"{copy.count() - 9} up to date, 2 skipped, 3 stale, and not asked for"
        assert f"4 made, {rest}" == first["state"]["message"], lines
        assert ["fingerprint", "train@video-x2", "evaluate@video-x2", "measure@video-x2"] == [
            *made(lines)[:2],
            *sorted(made(lines)[2:]),
        ]
        assert "train@reference-x2: stale, and not asked for" in lines
        rest = f"{copy.count() - 5} up to date, 2 skipped, 3 stale, and not asked for"
        assert rest == second["state"]["message"]
        assert [] == made(stand.logs(second["id"]))

        artifact = stand.api("artifacts/scores/latest")["data"]
        assert "### clips-x2" in artifact
        assert "| video-x2 |" in artifact
        assert not stand.strangers.exists(), stand.strangers.read_text(encoding="utf-8")
