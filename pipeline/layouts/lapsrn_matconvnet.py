"""LapSRN's authors' code: github.com/phoenix104104/LapSRN, files ``LapSRN_x2.mat`` and ``MSLapSRN_D5R2.mat``."""

from collections.abc import Mapping
from typing import ClassVar

from pipeline.kinds import Layout, Table

__all__ = ["LapSRNMatConvNet"]

LEVELS = (1, 2, 3)
"""Levels at x8, as they count them: the last that is climbed is 1."""
CONVOLUTIONS = 10
"""Of a level before it doubles the features; at x8, and in the recursion of MS-LapSRN, 5."""


def renamed(layers: Mapping[str, str]) -> dict[str, str]:
    """Return the renames of layers, whose filters end in ``_f`` and biases in ``_b``."""
    return {
        f"{theirs}_{end}": f"{ours}.{leaf}"
        for theirs, ours in layers.items()
        for end, leaf in (("f", "weight"), ("b", "bias"))
    }


def level(theirs: str, ours: str) -> dict[str, str]:
    """Return the layers of one level of LapSRN; an activation stands between its convolutions."""
    embedding = {f"{theirs}_conv{place + 1}": f"{ours}.embed.{2 * place}" for place in range(CONVOLUTIONS)}
    return {
        **embedding,
        f"{theirs}_upconv": f"{ours}.embed.-2.layer",
        f"{theirs}_residual_conv": f"{ours}.residual",
        f"{theirs}_img_up": f"{ours}.enlarge_image",
    }


class LapSRNMatConvNet(Layout):
    """Networks of MatConvNet's DagNN, whose parameters have names."""

    inside: ClassVar[tuple[str, ...]] = ("net.params",)
    tables: ClassVar[Mapping[str, Table]] = {
        "lapsrn": Table(
            renamed(
                {
                    "input_conv": "head.0",
                    **{key: ours for n in LEVELS for key, ours in level(f"level{n}", f"levels.-{n}").items()},
                }
            )
        ),
        "ms_lapsrn": Table(
            renamed(
                {
                    "input_conv": "head",
                    **{f"conv{place + 1}": f"level.embed.{2 * place + 1}" for place in range(CONVOLUTIONS)},
                    "upconv": "level.enlarge_features.1.layer",
                    "residual_conv": "level.residual",
                    "img_up": "level.enlarge_image",
                }
            )
        ),
    }
