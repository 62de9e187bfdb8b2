"""The gate: a version becomes champion when it is surely better than the present one, not too slow and not too large.

Surely: over the images of the suite, paired, the 95 % interval of the mean difference lies above the margin. The
interval is the percentile bootstrap (Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics
1979): the images are drawn with replacement 10,000 times from a fixed seed, and 2.5 % of the resampled means lie below
it, 2.5 % above. It says how much the choice of images matters, nothing of another training of the same network. All
images of a suite with several benchmarks count alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.registry.settings import Gate

RESAMPLES = 10_000
BLOCK = 1_000
"""Resamples drawn at once, which bounds memory."""
SEED = 1
QUANTILES = (0.025, 0.975)
FEW_IMAGES = 4
"""With fewer, the resampled means take so few values that the interval is rough."""
DIGITS = 6
"""Decimals that scores have; what is smaller is no difference."""

LIMITS = {"seconds_per_megapixel": "seconds per megapixel", "parameters": "parameters"}
"""The costs that a gate can limit, and what they count."""


@dataclass(frozen=True)
class Yardstick:
    """A metric as the gate sees it: its name, its unit, and which direction is better."""

    metric: str
    unit: str
    better: Literal["higher", "lower"]

    def difference(self, value: float) -> str:
        """Return ``+0.87 dB psnr_y8``."""
        return " ".join(word for word in (self.number(value), self.unit, self.metric) if word)

    def number(self, value: float) -> str:
        """Return a difference with its sign, and with the decimals that the unit deserves."""
        return f"{value:+.2f}" if self.unit == "dB" else f"{value:+.4f}"


@dataclass(frozen=True)
class Contender:
    """A version as the gate sees it.

    Args:
        model: its name.
        values: the gate's metric for each image, by benchmark and image.
        costs: what it costs to run, as measured; see ``LIMITS``.
    """

    model: str
    values: Mapping[tuple[str, str], float]
    costs: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """Whether a version becomes champion, and why: sentences with numbers."""

    champion: bool
    reasons: tuple[str, ...]


def decide(gate: Gate, yardstick: Yardstick, contender: Contender, champion: Contender | None) -> Verdict:
    """Return whether ``contender`` takes the place of ``champion``; the first that keeps within the limits does."""
    beyond = list(_beyond(gate, contender))
    if champion is None:
        return Verdict(not beyond, tuple(beyond) or ("the first version of its task",))
    if contender.values.keys() != champion.values.keys():
        counts = f"{len(contender.values)} images, {champion.model} on {len(champion.values)}"
        return Verdict(False, (f"judged on {counts}, not the same ones: nothing to compare", *beyond))
    better, sentence = _compared(gate, yardstick, contender, champion)
    return Verdict(better and not beyond, (sentence, *beyond))


def interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of the mean of ``differences`` (images)."""
    rng = np.random.default_rng(SEED)
    count = len(differences)
    means = [differences[rng.integers(0, count, (BLOCK, count))].mean(axis=1) for _ in range(RESAMPLES // BLOCK)]
    low, high = np.quantile(np.concatenate(means), QUANTILES)
    return float(low), float(high)


def _compared(gate: Gate, yardstick: Yardstick, contender: Contender, champion: Contender) -> tuple[bool, str]:
    keys = sorted(contender.values)
    differences = np.array([contender.values[key] - champion.values[key] for key in keys], np.float64)
    low, high = interval(differences)
    gain = low if yardstick.better == "higher" else -high
    better = round(gain, DIGITS) > gate.margin
    spread = f"95 % between {yardstick.number(low)} and {yardstick.number(high)}"
    sentence = (
        f"{yardstick.difference(float(differences.mean()))} over {champion.model} ({len(keys)} images; {spread})"
        f"{', lower is better' if yardstick.better == 'lower' else ''}"
        f"{'' if better else _shortfall(gate, yardstick)}"
        f"{'; so few images make a rough interval' if len(keys) < FEW_IMAGES else ''}"
    )
    return better, sentence


def _shortfall(gate: Gate, yardstick: Yardstick) -> str:
    wanted = f"better by more than {gate.margin:g} {yardstick.unit}".rstrip() if gate.margin else "better"
    return f": not surely {wanted}"


def _beyond(gate: Gate, contender: Contender) -> Iterator[str]:
    """Yield a sentence for every limit that the contender breaks, or that nothing is known about."""
    for name, noun in LIMITS.items():
        limit, cost = getattr(gate, name), contender.costs.get(name)
        if limit is not None and cost is None:
            yield f"{noun} were not measured; the gate allows {limit:,}"
        elif limit is not None and cost > limit:
            shown = f"{cost:,}" if isinstance(cost, int) else f"{cost:.3g}"
            yield f"{shown} {noun}; the gate allows {limit:,}"
