"""Settings in one line: every fault is one line that says where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import PipelineError
from pipeline.images.raw import Development
from pipeline.params.options import options
from pipeline.serving.app import Limits


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        (Development, "", Development()),
        (Development, "exposure=-0.5  demosaic=dht half=true", Development(exposure=-0.5, demosaic="dht", half=True)),
        (Limits, "pixels=1000 seconds=2", Limits(pixels=1000, seconds=2.0)),
    ],
)
def test_words_become_settings(kind: type[Any], text: str, wanted: Any) -> None:
    assert wanted == options(kind, text, "RAW")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("demosaik=dht", "RAW.demosaik: `demosaik` is unknown; did you mean `demosaic`"),
        ("demosaic=dth", "RAW.demosaic: `dth` is unknown; did you mean `dht`"),
        ("brightness=0", "RAW.brightness: must be above 0, not 0"),
        ("median=[1", "RAW: median: `\\[1` cannot be read"),
        ("half", "RAW: `half` must be written name=value"),
        ("bits=12", "RAW.bits: must be"),
    ],
)
def test_a_fault_is_one_line(text: str, reason: str) -> None:
    with pytest.raises(PipelineError, match=reason) as caught:
        options(Development, text, "RAW")

    assert 1 == len(str(caught.value).splitlines())
