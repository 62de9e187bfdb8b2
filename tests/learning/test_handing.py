"""By which scale a network enlarges: its own, one of its several, or any."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import LearningError
from pipeline.learning.handing import scale_for
from pipeline.lookup import build
from tests.nets import SMALL


def network(name: str, **options: Any) -> Any:
    return build("networks", {"name": name, **SMALL.get(name, {}), **options})


@pytest.mark.parametrize(
    ("name", "options", "wanted", "found"),
    [
        ("espcn", {"scale": 3}, None, 3),
        ("espcn", {"scale": 3}, 3.0, 3),
        ("bicubic", {"scale": 2.5}, None, 2.5),
        ("mdsr", {"scales": [2, 3]}, 3, 3),
        ("mdsr", {"scales": [4]}, None, 4),
        ("edsr_liif", {}, 3.7, 3.7),
        ("edsr_liif", {}, 2, 2),
    ],
)
def test_a_network_enlarges_by_what_is_wanted_of_it_or_by_its_only_scale(
    name: str, options: dict[str, Any], wanted: float | None, found: float
) -> None:
    scale = scale_for(network(name, **options), wanted)

    assert (found, type(found)) == (scale, type(scale))


@pytest.mark.parametrize(
    ("name", "options", "wanted", "line"),
    [
        ("espcn", {"scale": 3}, 2, "SCALE: the network `ESPCN` enlarges by 3; not by 2"),
        ("mdsr", {"scales": [2, 3]}, 3.7, "SCALE: the network `MDSR` enlarges by 2 or 3; not by 3.7"),
        ("mdsr", {"scales": [2, 3]}, None, "SCALE: the network `MDSR` enlarges by 2 or 3; none is said"),
        (
            "edsr_liif",
            {},
            None,
            "SCALE: the network `EDSRLIIF` enlarges by any number from 1 on; say one, as in SCALE=3.7",
        ),
    ],
)
def test_a_scale_that_a_network_does_not_do_is_one_line(
    name: str, options: dict[str, Any], wanted: float | None, line: str
) -> None:
    with pytest.raises(LearningError) as told:
        scale_for(network(name, **options), wanted)

    assert line == str(told.value)
