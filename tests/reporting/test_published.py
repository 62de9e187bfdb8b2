"""Published numbers stand beside ours only where network, settings, scale, set, protocol and metric are the paper's."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pipeline.lookup import names
from pipeline.reporting.published import _tables, published

LUMA = {
    "source": "set5",
    "scale": 3,
    "learner": "scratch",
    "rounding": "none",
    "degradation": [{"resize": {"to": "target", "kernel": "bicubic"}}],
}
PARAMS: dict[str, Any] = {
    "sources": {"t91": {"name": "t91"}, "bsds200": {"name": "bsds200"}, "set5": {"name": "set5"}},
    "pairs": {"t91-x3": {**LUMA, "source": "t91"}, "bsds200-x3": {**LUMA, "source": "bsds200"}, "set5-x3": LUMA},
    "suites": {"set5-x3": {"metrics": {"psnr_y8": {}}, "self_ensemble": "none"}},
    "models": {
        "some": {
            "pairs": "t91-x3",
            "suite": "set5-x3",
            "start": "scratch",
            "training": {"network": {"name": "srcnn", "scale": 3, "kernels": [9, 1, 5]}},
        }
    },
}


def with_(*way: Any, value: Any) -> dict[str, Any]:
    """Return ``PARAMS`` with one value changed."""
    params = copy.deepcopy(PARAMS)
    inner: Any = params
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return params


def test_what_a_paper_printed_stands_beside_the_same() -> None:
    found = published(PARAMS, "some", "set5-x3", "psnr_y8")

    assert found is not None
    assert (32.39, None) == (found.value, found.differs)
    assert "TPAMI 2016, learnt from T91" in found.source


NETWORK = ("models", "some", "training", "network")
CHAIN = ("pairs", "set5-x3", "degradation", 0, "resize")


@pytest.mark.parametrize(
    ("way", "value"),
    [
        ((*NETWORK, "kernels"), [9, 3, 7]),
        ((*NETWORK, "widths"), [64, 33]),
        ((*NETWORK, "name"), "vdsr_of_ours"),
        (("pairs", "set5-x3", "rounding"), "uint8"),
        (("pairs", "set5-x3", "scale"), 5),
        (("pairs", "set5-x3", "degradation"), "given"),
        ((*CHAIN, "kernel"), "lanczos3"),
        ((*CHAIN, "border"), "replicate"),
        (("suites", "set5-x3", "self_ensemble"), "dihedral"),
        (("sources", "set5"), {"name": "subset", "of": {"name": "set5"}, "keys": ["baby"]}),
        (("sources", "set5"), {"name": "photos", "split": "test"}),
    ],
    ids=str,
)
def test_where_anything_is_otherwise_nothing_stands(way: tuple[Any, ...], value: Any) -> None:
    assert published(with_(*way, value=value), "some", "set5-x3", "psnr_y8") is None


def test_another_metric_has_no_number() -> None:
    assert published(PARAMS, "some", "set5-x3", "psnr_yf") is None


def test_other_training_data_are_told() -> None:
    found = published(with_("models", "some", "pairs", value="bsds200-x3"), "some", "set5-x3", "psnr_y8")

    assert found is not None
    assert "ours from bsds200" in (found.differs or "")


def test_the_deviation_of_the_first_weights_is_no_other_network() -> None:
    assert published(with_(*NETWORK, "deviation", value=None), "some", "set5-x3", "psnr_y8") is not None


def test_the_tables_name_networks_that_there_are_and_numbers_that_can_be() -> None:
    for table in _tables()["tables"]:
        assert table["network"] in names("networks")
        assert table["protocol"] in _tables()["protocols"]
        assert table["source"]
        for row in table["rows"].values():
            assert len(table["metrics"]) == len(row)
            for metric, value in zip(table["metrics"], row, strict=True):
                assert (20 < value < 45) if metric.startswith("psnr") else (0.5 < value < 1)
