"""What the page calls things: metrics, protocols, numbers with their units, blocks of params.yaml as a phrase."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

LABELS: Mapping[str, tuple[str, str]] = {
    "psnr_y8": ("PSNR y8", "Peak signal-to-noise ratio of BT.601 luma, both sides rounded to whole grey levels."),
    "ssim_y8": ("SSIM y8", "Structural similarity of BT.601 luma, both sides rounded to whole grey levels."),
    "psnr_yf": ("PSNR yf", "Peak signal-to-noise ratio of the luma of 8-bit RGB images, not rounded."),
    "ssim_yf": ("SSIM yf", "Structural similarity of the luma of 8-bit RGB images, not rounded."),
    "psnr_rgb": ("PSNR RGB", "Peak signal-to-noise ratio over all channels of 8-bit RGB images."),
}
MEAN = " The score of a set is the mean of its images' scores."
ROUNDINGS: Mapping[str, tuple[str, str]] = {
    "uint8": (
        "RGB, LR on 8 bits",
        "LR is RGB, rounded to 8 bits at every step: what papers since EDSR feed their networks. Never compare these "
        "numbers with those of a suite whose LR was not rounded.",
    ),
    "none": (
        "luma, LR never rounded",
        "LR is luma in floating point, never rounded: what SRCNN, FSRCNN, VDSR and LapSRN did. Never compare these "
        "numbers with those of a suite whose LR was rounded.",
    ),
}
_PASSES = (
    " of the eight ways in which an image can lie, each restored and turned back. Parameters, mult-adds and time are "
    "of one of the eight. Never compare these numbers with those of a suite without self-ensemble."
)
ENSEMBLES: Mapping[str, tuple[str, str]] = {
    "mean": ("self-ensemble", f"Every image is the mean{_PASSES}"),
    "median": ("self-ensemble by the median", f"Every image is the median{_PASSES}"),
}
"""What is said of a suite whose models restore an image more than once."""
THOUSAND, MILLION, BILLION = 1e3, 1e6, 1e9


@dataclass(frozen=True)
class Measure:
    """A metric as the page shows it."""

    name: str
    unit: str
    better: Literal["higher", "lower"]

    @property
    def label(self) -> str:
        """What stands in a header; the name itself for a metric that the page knows nothing of."""
        return LABELS.get(self.name, (self.name, ""))[0]

    @property
    def arrow(self) -> str:
        """Which direction is better."""
        return "↑" if self.better == "higher" else "↓"

    def sentence(self, border: str) -> str:
        """Explain the metric where ``border`` is left out, as in ``A border of 2 pixels``."""
        if self.name not in LABELS:
            return f"As pipeline/metrics/{self.name}.py computes it.{MEAN}"
        return f"{LABELS[self.name][1]} {border} is left out.{MEAN}"

    def shown(self, value: float, *, signed: bool = False) -> str:
        """Return ``value`` with as many digits as papers print: two of decibels, four of anything else.

        >>> Measure("psnr_y8", "dB", "higher").shown(0.887, signed=True)
        '+0.89'
        """
        digits = 2 if self.unit == "dB" else 4
        return f"{value:+.{digits}f}".replace("-", "−") if signed else f"{value:.{digits}f}"

    def wins(self, value: float, other: float) -> bool:
        """Tell whether ``value`` is better than ``other``."""
        return value > other if self.better == "higher" else value < other


def count(value: float) -> str:
    """Return a count in K, M or G with three digits.

    >>> [count(each) for each in (0, 8129, 999_700, 1369859, 316.2e9)]
    ['0', '8.13 K', '1 M', '1.37 M', '316 G']
    """
    value = float(f"{value:.3g}") if value < THOUSAND * BILLION else value
    for size, name in ((BILLION, "G"), (MILLION, "M"), (THOUSAND, "K")):
        if value >= size:
            return f"{value / size:.3g} {name}" if value / size < THOUSAND else f"{value / size:,.0f} {name}"
    return f"{value:.0f}"


def seconds(value: float) -> str:
    """Return seconds with two or three digits.

    >>> [seconds(each) for each in (0.000123, 0.01997, 0.9999, 9.064, 123.4)]
    ['0.00012', '0.020', '1.00', '9.06', '123']
    """
    if 0 < value < 0.01:
        return f"{value:.{1 - math.floor(math.log10(value))}f}"
    digits = 3 if value < 0.1 else 2 if value < 100 else 0
    return f"{value:.{digits}f}"


def phrase(value: Any) -> str:
    """Say a block of params.yaml in a line.

    >>> phrase({"name": "adam", "rate": 0.001})
    'adam (rate 0.001)'
    >>> phrase([{"resize": {"to": "target", "rounding": "uint8"}}])
    'resize (to target, rounding uint8)'
    """
    if isinstance(value, Mapping):
        rest = ", ".join(f"{key} {phrase(each)}" for key, each in value.items() if key != "name")
        inside = f" ({rest})" if rest else ""
        return f"{value['name']}{inside}" if "name" in value else rest
    if isinstance(value, list | tuple):
        links = [single for item in value for single in _links(item)]
        return " → ".join(links) if any(isinstance(item, Mapping) for item in value) else "-".join(map(phrase, value))
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _links(item: Any) -> list[str]:
    if not isinstance(item, Mapping):
        return [phrase(item)]
    return [phrase({"name": name, **options}) for name, options in item.items()]
