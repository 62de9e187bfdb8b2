"""RAW files as a data set: which pixels are recorded, and what the development says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.images.raw import libraw
from pipeline.kinds import Sample, Store
from pipeline.lookup import build
from pipeline.sources.raw_samples import RawSamples


def made(**development: Any) -> RawSamples:
    spec = {"name": "raw_samples"} | ({"development": development} if development else {})
    source: RawSamples = build("sources", spec)
    return source


def test_a_record_is_of_one_libraw_and_one_development() -> None:
    assert {"hr": f"hr libraw={libraw()}"} == made().recorded_as == made(exposure=0.0, bits=16).recorded_as
    assert {"hr": f"hr libraw={libraw()} demosaic=dht exposure=1.0"} == made(exposure=1.0, demosaic="dht").recorded_as


def test_what_nobody_has_recorded_is_not_held_against_other_pixels() -> None:
    recorded = made().content()

    assert recorded is not None
    assert {"colorchart", "RAW_KODAK_DC50"} == set(recorded)
    assert made(exposure=1.0).content() is None


@pytest.mark.mirror
@pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with raw-samples.zip")
def test_the_development_is_the_sources(tmp_path: Path) -> None:
    def kodak(source: RawSamples) -> Sample:
        return next(each for each in source.samples(Store(tmp_path, os.environ["SR_MIRROR"])) if "KODAK" in each.key)

    usual, brighter, half = (kodak(made(**how)).planes["hr"] for how in ({}, {"exposure": 1.0}, {"half": True}))

    assert ((512, 768, 3), "uint8") == (usual.shape, usual.dtype.name)
    assert usual.mean() + 10 < brighter.mean()
    assert half.shape[0] < usual.shape[0]
    assert np.array_equal(usual, kodak(made()).planes["hr"])
