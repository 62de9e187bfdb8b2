"""Five cameras that nobody knows: what is learnt of each is nearer to it than bicubic, and is worth decibels."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from pipeline.params.check import checked
from pipeline.reporting.cases import cases
from tests.clones import ROOT, kept_with

PRESET = ROOT / "presets" / "learned-degradation.yaml"
CAMERAS = (1, 2, 3, 4, 5)
CACHED = ROOT / "build" / "prove" / "cameras"
"""The checkout in which the proof runs: a proof that is killed continues there."""
RENAMED = ("sources", "pairs", "suites", "models")


def of_cameras(preset: Mapping[str, Any], cameras: tuple[int, ...] = CAMERAS) -> dict[str, Any]:
    """Return ``preset`` for several cameras: what ends in -1 there is written once for each, bicubic learnt once."""
    params = {**preset, **{section: dict(preset[section]) for section in RENAMED}}
    keep = {"spoiler-1", "learned-1", "bicubic-1"}
    params["models"] = {name: model for name, model in preset["models"].items() if name in keep}
    params["pairs"] = {name: pairs for name, pairs in preset["pairs"].items() if pairs["learner"] in {*keep, "scratch"}}
    fixed = {"network": preset["models"]["bicubic-1"]["training"]["network"], "recipe": {"name": "fixed"}, "steps": 0}
    for camera in cameras[1:]:
        for section in RENAMED:
            own = {name: item for name, item in params[section].items() if name.endswith("-1")}
            params[section] |= {_said(name, camera): _said(item, camera) for name, item in own.items()}
        params["models"][f"bicubic-{camera}"] |= {"start": "bicubic-1", "training": fixed}
    judged = {model["suite"] for model in params["models"].values()}
    return params | {"suites": {name: suite for name, suite in params["suites"].items() if name in judged}}


def _said(value: Any, camera: int) -> Any:
    """Return ``value`` with another camera in names and numbers."""
    if isinstance(value, Mapping):
        return {key: camera if key == "number" else _said(each, camera) for key, each in value.items()}
    if isinstance(value, list):
        return [_said(each, camera) for each in value]
    return f"{value[:-1]}{camera}" if isinstance(value, str) and value.endswith("-1") else value


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return content


def test_each_camera_has_a_case_of_its_own(tmp_path: Path) -> None:
    params = of_cameras(read(PRESET))
    with (tmp_path / "params.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(params, file)

    found = list(cases(checked(tmp_path / "params.yaml")))

    assert [f"spoiler-{camera}" for camera in CAMERAS] == [case.learner for case in found]
    assert [f"bicubic-{camera}" for camera in CAMERAS] == [case.theirs for case in found]
    assert [f"judges-hidden-x2-{camera}" for camera in CAMERAS] == [case.suite for case in found]
    numbers = [params["pairs"][case.suite]["degradation"][0]["hidden"]["number"] for case in found]
    assert [*CAMERAS] == numbers


@pytest.mark.prove
@pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with T91, BSDS200 and Set14")
def test_what_is_learnt_of_five_hidden_cameras_is_worth_half_a_decibel() -> None:
    params = CACHED / "params.yaml"
    params.parent.mkdir(parents=True, exist_ok=True)
    with params.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(of_cameras(read(PRESET)), file)
    kinds = ("bicubic", "learned", "spoiler")
    stages = [f"{verb}@{kind}-{camera}" for verb in ("evaluate", "measure") for camera in CAMERAS for kind in kinds]
    numbers = kept_with(stages, CACHED / "checkout", params, threads=2).study()
    text = json.dumps(numbers, indent=1) + "\n"
    (ROOT / "docs" / "proofs" / "degradation.json").write_text(text, encoding="utf-8")
    print(text)  # noqa: T201  # the proof's log
    gains = {name: case["downstream_gain_db"] for name, case in numbers["cases"].items()}

    assert len(CAMERAS) == len(gains)
    assert numbers["downstream_gain_db"] >= 0.5
    assert min(gains.values()) > 0
    assert numbers["spectrum_distance"] < numbers["bicubic_spectrum_distance"]
