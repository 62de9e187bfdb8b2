"""A published number stands beside ours only where network, variant, scale, set and protocol are the paper's."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from pipeline.lookup import signature
from pipeline.pairs.scales import Scales
from pipeline.reporting import published as module
from pipeline.reporting.gathering import Contender, Suite
from pipeline.reporting.published import published
from pipeline.reporting.tables import scores
from pipeline.reporting.words import Measure
from tests.reporting.made import COST

TABLES = json.loads(Path(module.__file__).with_name("published.json").read_text(encoding="utf-8"))
LUMA = {"rounding": "none", "degradation": [{"resize": {"to": "target", "kernel": "bicubic"}}]}
RGB = {"rounding": "uint8", "degradation": [{"resize": {"to": "target", "kernel": "bicubic", "rounding": "uint8"}}]}


def params(network: dict[str, Any], made: dict[str, Any], test: Any, learn: Any, scale: int = 3) -> dict[str, Any]:
    """Return params with one model ``m``, judged on the source ``test``, that learnt from the source ``learn``."""
    pairs = {"scale": scale, "learner": "scratch", **made}
    return {
        "sources": {"test": test, "learn": learn},
        "pairs": {"test": {"source": "test", **pairs}, "learn": {"source": "learn", **pairs}},
        "suites": {"test": {"metrics": {"psnr_y8": {}}, "self_ensemble": "none"}},
        "models": {
            "m": {
                "pairs": "learn",
                "suite": "test",
                "start": "scratch",
                "training": {"network": {"scale": scale, **network}, "steps": 9},
            }
        },
    }


def srcnn() -> dict[str, Any]:
    """Return params that match SRCNN's own paper in everything: 9-1-5, x3, Set5, luma, learnt from T91."""
    network = {"name": "srcnn", "kernels": [9, 1, 5], "deviation": None}
    return params(network, LUMA, {"name": "set5"}, {"name": "t91"})


def edited(path: str, value: Any) -> dict[str, Any]:
    """Return ``srcnn()`` with the value at ``path`` changed, or removed where it is None."""
    made = deepcopy(srcnn())
    *way, last = path.split(".")
    block: Any = made
    for key in way:
        block = block[key]
    if value is None:
        del block[last]
    else:
        block[last] = value
    return made


def found(made: dict[str, Any], benchmark: str = "s/test", metric: str = "psnr_y8") -> tuple[float, str | None] | None:
    number = published(made, "m", benchmark, metric)
    return None if number is None else (number.value, number.differs)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("seed", 7),
        ("models.m.training.network.deviation", 0.001),  # how weights begin moves no architecture
        ("models.m.training.network.kernels", None),  # 9-1-5 is what the constructor says
        ("models.m.training.network.widths", [64, 32]),
        ("models.m.training.steps", 10**6),
        ("pairs.test.degradation", [{"resize": {"to": "target", "kernel": "bicubic", "border": "symmetric"}}]),
        ("pairs.test.degradation", [{"resize": {"to": "target", "kernel": "bicubic", "rounding": "none"}}]),
        ("sources.test", {"name": "union", "of": {"test": {"name": "set5"}}}),
        ("sources.test", {"name": "set5", "lr": "own"}),
    ],
)
def test_what_moves_neither_network_nor_images_leaves_the_number_where_it_is(path: str, value: Any) -> None:
    assert (32.39, None) == found(edited(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("models.m.training.network.name", "lapsrn"),
        ("models.m.training.network.kernels", [9, 3, 3]),
        ("models.m.training.network.widths", [32, 16]),
        ("pairs.test.rounding", "uint8"),
        ("pairs.test.scale", 2),
        ("pairs.test.degradation", "given"),
        ("pairs.test.degradation", [{"resize": {"to": "target", "kernel": "lanczos3"}}]),
        ("pairs.test.degradation", [{"resize": {"to": "target", "kernel": "bicubic", "rounding": "uint8"}}]),
        ("pairs.test.degradation", [{"resize": {"to": "target", "kernel": "bicubic", "border": "replicate"}}]),
        ("pairs.test.degradation", [{"blur": {"sigma": [1, 1]}}]),
        ("pairs.test.degradation", [{"blur": {"sigma": [1, 1]}}, *LUMA["degradation"]]),
        ("suites.test.self_ensemble", "mean"),
        ("sources.test", {"name": "set14"}),
        ("sources.test", {"name": "photos", "split": "test"}),
        ("sources.test", {"name": "folder", "path": "set5"}),
        ("sources.test", {"name": "subset", "of": {"name": "set5"}, "first": 2}),
        ("sources.test", {"name": "set5", "split": "valid"}),
        ("sources.test", {"name": "union", "of": {"test": {"name": "set5", "split": "half"}}}),
    ],
)
def test_whatever_else_differs_takes_the_number_away(path: str, value: Any) -> None:
    assert found(edited(path, value)) is None


def test_another_metric_or_another_set_has_another_number_or_none() -> None:
    assert found(srcnn(), metric="psnr_yf") is None
    assert found(srcnn(), metric="ssim_y8") is None
    assert found(edited("sources.test", {"name": "union", "of": {"set5": {}, "set14": {}}}), "s/set5") == (32.39, None)
    assert found(edited("sources.test", {"name": "union", "of": {"set5": {}, "set14": {}}}), "s/set14") is None


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("sources.learn", {"name": "photos", "split": "train"}, "learnt from t91; ours from photos"),
        (
            "sources.learn",
            {"name": "union", "of": {"t91": {}, "more": {"name": "bsds200"}}},
            "ours from bsds200 and t91",
        ),
        ("sources.learn", {"name": "subset", "of": {"name": "t91"}, "first": 9}, "ours from part of t91"),
        ("pairs.learn.rounding", "uint8", "ours learnt from LR made in another way"),
        ("pairs.learn.degradation", "given", "ours learnt from LR made in another way"),
    ],
)
def test_where_training_data_differ_the_number_comes_with_the_reason(path: str, value: Any, reason: str) -> None:
    number = found(edited(path, value))

    assert number is not None
    assert 32.39 == number[0]
    assert reason in str(number[1])


def test_what_the_model_it_starts_from_has_learnt_counts_as_well() -> None:
    made = srcnn()
    made["models"]["first"] = deepcopy(made["models"]["m"])
    made["models"]["first"]["pairs"] = "other"
    made["models"]["m"]["start"] = "first"
    made["sources"]["other"] = {"name": "div2k"}
    made["pairs"]["other"] = {**made["pairs"]["learn"], "source": "other"}

    assert (32.39, "learnt from t91; ours from div2k and t91") == found(made)


def test_one_with_our_training_data_comes_first_and_the_rest_stands_beside_it() -> None:
    from_t91 = published(srcnn(), "m", "test-x3", "psnr_y8")
    from_imagenet = published(edited("sources.learn", {"name": "imagenet"}), "m", "test-x3", "psnr_y8")

    assert from_t91 is not None
    assert from_imagenet is not None
    assert (32.39, None, [32.52]) == (from_t91.value, from_t91.differs, [value for value, _ in from_t91.others])
    assert (32.52, None, [32.39]) == (
        from_imagenet.value,
        from_imagenet.differs,
        [value for value, _ in from_imagenet.others],
    )


def test_where_sources_differ_and_no_data_are_ours_the_method_s_own_paper_is_shown() -> None:
    network = {"name": "fsrcnn", "features": 56, "shrunk": 12, "mappings": 4}
    number = published(params(network, LUMA, {"name": "set5"}, {"name": "photos"}), "m", "test-x3", "psnr_y8")

    assert number is not None
    assert 33.06 == number.value
    assert "FSRCNN" in number.source
    assert [33.16, 33.18] == [value for value, _ in number.others]


@pytest.mark.parametrize("made", [LUMA, RGB])
def test_bicubic_learns_nothing_so_no_training_data_make_it_grey(made: dict[str, Any]) -> None:
    name = "bicubic" if made is RGB else "bicubic_luma"
    value = 30.39

    assert (value, None) == found(params({"name": name}, made, {"name": "set5"}, {"name": "photos"}))


def test_every_table_is_of_a_network_with_those_settings_and_every_setting_is_free_or_held() -> None:
    for table in TABLES["tables"]:
        names = {each.name for each in signature("networks", table["network"])} - {"scale"}
        assert names == set(table["settings"]) | set(table["free"]), table["network"]
        assert table["protocol"] in TABLES["protocols"]
        assert {len(table["metrics"])} == {len(row) for row in table["rows"].values()}


def test_the_link_bi_is_the_resize_of_networks_on_rgb() -> None:
    made = params({"name": "bicubic"}, RGB | {"degradation": [{"bi": {}}]}, {"name": "set5"}, {"name": "photos"})

    assert (30.39, None) == found(made)


def test_weights_of_its_authors_have_learnt_what_the_paper_s_did_until_they_learn_more() -> None:
    made = params({"name": "idn"}, LUMA, {"name": "set5"}, {"name": "set5"})
    made["models"]["origin"] = deepcopy(made["models"]["m"])
    made["models"]["origin"]["training"] |= {"steps": 0, "start": {"file": "IDN_x3.caffemodel", "layout": "idn_caffe"}}
    made["models"]["m"] |= {"start": "origin"}
    learnt = found(made)
    made["models"]["m"]["training"]["steps"] = 0

    assert (34.11, "learnt from t91 and bsds200; ours from set5") == learnt
    assert (34.11, None) == found(made)
    assert (34.11, None) == found({**made, "models": {"m": made["models"]["origin"]}})


def table_of(made: dict[str, Any]) -> str:
    """Return the table of scores of the one model of ``made``, which is called ``published``."""
    made["models"]["published"] = made["models"]["m"]
    measure = Measure("psnr_y8", "dB", "higher")
    cost = {"parameters": 1, "multiply_adds": 1, "seconds_per_megapixel": 1.0, **COST}
    images = {("test-x3", "a"): {"psnr_y8": 32.0}}
    own = Contender("published", made["models"]["m"], "c0", 0, {"test-x3": {"psnr_y8": 32.0}}, images, cost, [])
    return scores(Suite("test", Scales(3), "none", "none", (measure,), measure, (own,)), made)


def test_a_page_without_published_numbers_says_so_whatever_its_models_are_called() -> None:
    assert "No published number has this network" in table_of(edited("sources.test", {"name": "photos"}))


def test_the_page_prints_the_number_its_source_and_in_grey_the_reason() -> None:
    for made, grey in ((srcnn(), False), (edited("sources.learn", {"name": "photos"}), True)):
        text = table_of(made)

        assert "published 32.39" in text
        assert "Dong et al. (SRCNN), TPAMI 2016" in text
        assert grey == ("published differs" in text) == ("In grey: learnt from t91; ours from photos." in text)
        assert "No published number" not in text
