"""How many trainings run side by side, and which stages they are."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from flows import repository
from flows.devices import counted, devices
from flows.errors import FlowError
from flows.graph import Graph
from flows.retrain import selection
from flows.stage import weight
from flows.walk import End

LISTED = "GPU 0: NVIDIA A (UUID: GPU-1)\\n  MIG 1g\\nGPU 1: NVIDIA B (UUID: GPU-2)"
GRAPH = Graph({"fetch@a": frozenset(), "train@a": frozenset({"fetch@a"}), "train@b": frozenset()})


@pytest.mark.parametrize(("visible", "count"), [("", 0), ("-1", 0), ("3", 1), ("0,2", 2), (None, 2)])
def test_devices_are_counted_as_cuda_shows_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visible: str | None, count: int
) -> None:
    smi = tmp_path / "nvidia-smi"
    smi.write_text(f"#!/bin/sh\nprintf '{LISTED}\\n'\n", encoding="utf-8")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)

    assert count == counted()
    assert ([f"cuda:{number}" for number in range(count)] if count > 1 else [""]) == devices()


def test_without_nvidias_tool_there_is_no_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    assert 0 == counted()


def test_trainings_hold_a_device_and_nothing_else_does() -> None:
    assert {"train@a", "train@b"} == repository.leased(GRAPH.stages)


def test_all_models_are_all_stages_and_force_is_for_the_trainings_alone() -> None:
    assert [GRAPH.stages, set()] == [*selection(GRAPH, [], force=False)]
    assert [{"fetch@a", "train@a"}, {"train@a"}] == [*selection(GRAPH, ["a"], force=True)]


def test_an_unknown_model_is_refused_with_those_there_are() -> None:
    with pytest.raises(FlowError, match="no model c; there are a, b"):
        selection(GRAPH, ["a", "c"], force=False)


def test_what_dvc_said_tells_what_was_made() -> None:
    lines = [
        "Stage 'fetch@a' didn't change, skipping",
        "Running stage 'train@a':",
        "> exec python -m stages train a",
        "Stage 'train@b' is cached - skipping run, checking out outputs",
    ]

    assert ["train@a", "train@b"] == repository.made(lines)
    assert End.CURRENT is repository.ended("fetch@a", lines)
    assert End.RAN is repository.ended("train@b", lines)


def test_the_log_passes_over_what_dvc_passes_over_and_advises_and_nothing_else() -> None:
    quiet = ["Stage 'a' didn't change, skipping", "Updating lock file 'dvc.lock'", "\tgit add dvc.lock"]
    heard = ["Running stage 'a':", "a: step 4 of 12, loss 0.5", "a mention of git add dvc.lock"]

    assert [logging.DEBUG] * 3 + [logging.INFO] * 3 == [weight(line) for line in quiet + heard]
