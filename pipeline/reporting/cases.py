"""Learned degradations put to the test: which entries of params.yaml belong together, and what is found.

A case is a degradation that was learnt, judged on a suite whose LR comes from what was to be learnt: the suite's HR
images go through the learnt degradation and through bicubic down-sampling, and both are held against its own LR; and
two models that learn alike, one from learnt and one from bicubic LR, are judged on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.images.colour import luma, to_float, to_uint8
from pipeline.images.crop import crop_to_multiple
from pipeline.images.estimates import kernel_psnr
from pipeline.images.spectra import WINDOW, radial_spectrum, spectrum_distance
from pipeline.images.unmixing import Unmixed, unmixed
from pipeline.kinds import SCRATCH, Link
from pipeline.lookup import part_states, single
from pipeline.pairs.drawing import chain_of
from pipeline.pairs.reading import PairSet
from pipeline.pairs.scales import Scales
from pipeline.randomness import generator
from pipeline.reporting.crossing import root_of
from pipeline.reporting.gathering import Places

Params: TypeAlias = Mapping[str, Any]
Pixels: TypeAlias = NDArray[np.uint8]

BICUBIC = ("bi", "resize")
"""Links that alone make bicubic LR images."""
SIDES = ("bicubic", "learned", "real")


@dataclass(frozen=True)
class Case:
    """What belongs together, by the names of params.yaml.

    Args:
        learner: the model whose degrading network was learnt.
        learnt, bicubic: the pairs of the same HR images that it made, and that bicubic down-sampling made.
        suite: where both are judged.
        ours, theirs: the models that learnt from the one and from the other.
    """

    learner: str
    learnt: str
    bicubic: str
    suite: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Side:
    """A degradation on the images of a suite.

    Args:
        images: (h, w, 3) each.
        spectrum: mean power over frequency, in decibels.
        unmixed: its kernel and its noise.
    """

    images: list[Pixels]
    spectrum: NDArray[np.float64]
    unmixed: Unmixed


@dataclass(frozen=True)
class Found:
    """A case with its images: HR, and LR of the three ``SIDES``."""

    case: Case
    scale: int
    keys: list[str]
    truths: list[Pixels]
    sides: Mapping[str, Side]
    gain: float
    unit: str

    @cached_property
    def figures(self) -> dict[str, float]:
        """How far the learnt and the bicubic degradation are from the real one, and what it is worth downstream.

        ``spectrum_distance`` in decibels; ``noise_distance`` in grey levels of standard deviation, and that of flat
        places as ``flat_noise_distance``; ``kernel_psnr`` in decibels.
        """
        real = self.sides["real"]
        figures = {"downstream_gain_db": self.gain}
        for prefix, name in (("", "learned"), ("bicubic_", "bicubic")):
            side = self.sides[name]
            figures |= {
                f"{prefix}spectrum_distance": spectrum_distance(side.spectrum, real.spectrum),
                f"{prefix}noise_distance": 255 * abs(side.unmixed.sigma - real.unmixed.sigma),
                f"{prefix}flat_noise_distance": 255 * abs(side.unmixed.flat_sigma - real.unmixed.flat_sigma),
                f"{prefix}kernel_psnr": kernel_psnr(real.unmixed.kernel, side.unmixed.kernel),
            }
        return figures


def cases(params: Params) -> Iterator[Case]:
    """Yield every degradation that params.yaml learns and puts to the test, in its order.

    The model on bicubic pairs may be an entry that starts from it and does not learn. Models that learn from the image
    that they restore make LR for themselves; they name the pairs that are made so, and one of them has a ``degrader``.
    """
    for learnt, pairs in params["pairs"].items():
        if pairs["learner"] == SCRATCH or Scales(pairs["scale"]).one is None:
            continue
        plain = [name for name, other in params["pairs"].items() if _is_bicubic_of(other, pairs)]
        for ours, model in params["models"].items():
            if model["pairs"] != learnt or _maker(model, params) != pairs["learner"]:
                continue
            roots = {name: params["models"][root_of(name, params)] for name in params["models"]}
            rivals = [
                name
                for name, other in params["models"].items()
                if other["suite"] == model["suite"]
                and roots[name]["pairs"] in plain
                and _maker(roots[name], params) == SCRATCH
                and _learning(roots[name]) == _learning(model)
            ]
            if rivals:
                yield Case(pairs["learner"], learnt, roots[rivals[0]]["pairs"], model["suite"], ours, rivals[0])


def _maker(model: Params, params: Params) -> str | None:
    """Return the model by whose degrader the LR is made that ``model`` learns from; None where it does not learn."""
    recipe = model["training"]["recipe"]
    if part_states("recipes", recipe["name"], "learns_in_restore"):
        return str(model["start"] if "degrader" in recipe else SCRATCH)
    return str(params["pairs"][model["pairs"]]["learner"]) if model["training"]["steps"] else None


def _learning(model: Params) -> Params:
    """Return how ``model`` learns, whatever its LR is made by."""
    recipe = {key: value for key, value in model["training"]["recipe"].items() if key != "degrader"}
    return {**model["training"], "recipe": recipe}


def found(case: Case, params: Params, places: Places, gain: tuple[float, str]) -> Found:
    """Return ``case`` with its images, and what they tell.

    Args:
        gain: by how much the model on learnt pairs is above the other on the suite, and the unit.
    """
    suite = PairSet(places.pairs / case.suite)
    scale, seed = int(suite.facts.scales.most), params["seed"]
    large = [entry for entry in suite.entries if min(suite.grid(entry)) >= WINDOW]
    truths = [_rgb(suite.field(entry, "hr", suite.whole(entry))) for entry in large]
    made: dict[str, list[Pixels]] = {"real": [_rgb(suite.field(entry, "lr", suite.whole(entry))) for entry in large]}
    for side, name in (("bicubic", case.bicubic), ("learned", case.learnt)):
        chain = _chain(name, params["pairs"][name], places)
        made[side] = [
            _degraded(chain, truth, scale, (seed, name, entry.key)) for truth, entry in zip(truths, large, strict=True)
        ]
    sides = {side: _side(made[side], truths, scale) for side in SIDES}
    return Found(case, scale, [entry.key for entry in large], truths, sides, *gain)


def _is_bicubic_of(pairs: Params, learnt: Params) -> bool:
    same = all(pairs[key] == learnt[key] for key in ("source", "scale", "rounding"))
    chain = pairs["degradation"]
    if not same or not isinstance(chain, list) or len(chain) != 1:
        return False
    link = single(chain[0])
    return link["name"] in BICUBIC and link.get("kernel", "bicubic") == "bicubic" and link.get("by") != "opencv"


def _chain(name: str, pairs: Params, places: Places) -> Link:
    links = [single(link) for link in pairs["degradation"]]
    return chain_of(name, links, learner=places.models / pairs["learner"], own=places.own)


def _degraded(chain: Link, truth: Pixels, scale: int, key: tuple[str | int, ...]) -> Pixels:
    height, width = truth.shape[:2]
    drawn = chain.draw(generator(*key), (height, width), (height // scale, width // scale))
    return to_uint8(chain.apply(to_float(crop_to_multiple(truth, scale)), drawn))


def _side(images: list[Pixels], truths: list[Pixels], scale: int) -> Side:
    planes = [_luma(each) for each in images]
    highs = [_luma(crop_to_multiple(each, scale)) for each in truths]
    return Side(images, radial_spectrum(planes), unmixed(list(zip(highs, planes, strict=True)), scale))


def _luma(image: Pixels) -> NDArray[np.float32]:
    return luma(to_float(image))


def _rgb(image: NDArray[Any]) -> Pixels:
    return np.ascontiguousarray(np.broadcast_to(image, (*image.shape[:2], 3)))
