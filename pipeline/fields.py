"""The fields: every named tensor that a batch can hold, in one table, and how functions are handed theirs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pipeline.errors import BatchError

T = TypeVar("T")


@dataclass(frozen=True)
class Field:
    """What a field is: its shape (legend in ``docs/house.md``), its range, its meaning."""

    shape: str
    range: str
    meaning: str


FIELDS: Mapping[str, Field] = {
    "lr": Field("(B, 3, h, w) or (B, T, 3, h, w)", "[0, 1]", "the low-resolution RGB image or clip"),
    "hr": Field("(B, 3, H, W) or (B, T, 3, H, W)", "[0, 1]", "the true high-resolution RGB image or clip"),
    "ref": Field("(B, 3, H, W)", "[0, 1]", "a high-resolution reference with similar content, not aligned"),
    "lr_y": Field("(B, 1, h, w)", "[0, 1]", "BT.601 luma of lr, rounded where lr is; of a grey image the image itself"),
    "hr_y": Field("(B, 1, H, W)", "[0, 1]", "BT.601 luma of hr, rounded to 8 bits as rgb2ycbcr does on uint8"),
    "hr_half_y": Field(
        "(B, 1, H / 2, W / 2)", "[0, 1]", "hr_y reduced to half its size by MATLAB's bicubic, not rounded"
    ),
    "hr_quarter_y": Field("(B, 1, H / 4, W / 4)", "[0, 1]", "hr_y reduced to a quarter of its size, not rounded"),
    "ilr": Field("(B, 3, H, W)", "[0, 1]", "lr enlarged by MATLAB's bicubic, rounded to 8 bits"),
    "ilr_y": Field("(B, 1, H, W)", "[0, 1]", "lr_y enlarged by MATLAB's bicubic, not rounded"),
    "hr_at": Field("(B, 3, h, w)", "[0, 1]", "pixels of hr that were drawn for a patch, as many as LR has; at coord"),
    "coord": Field(
        "(B, Q, R, 2) or (1, H, W, 2)", "0 to h, 0 to w", "where the network restores: row and column, in LR pixels"
    ),
    "cell": Field("(B, 2) or (1, 2)", "above 0", "height and width of an HR pixel, in LR pixels"),
    "sr": Field("(B, 3, H, W) or (B, T, 3, H, W)", "[0, 1]", "the restored RGB image or clip"),
    "sr_y": Field("(B, 1, H, W)", "[0, 1]", "the restored luma"),
    "sr_y_each": Field(
        "(B, D, H, W)", "[0, 1]", "the restored luma after each recursion, memory or network, before they are fused"
    ),
    "sr_half_y": Field("(B, 1, H / 2, W / 2)", "[0, 1]", "the restored luma on the level of a pyramid below sr_y"),
    "sr_quarter_y": Field("(B, 1, H / 4, W / 4)", "[0, 1]", "the restored luma two levels below sr_y"),
    "lr_made": Field("(B, 3, h, w)", "[0, 1]", "hr degraded by the network that is being trained for it"),
    "lr_cycle": Field("(B, 3, h, w)", "[0, 1]", "lr restored and degraded again"),
    "hr_cycle": Field("(B, 3, H, W)", "[0, 1]", "hr degraded and restored again"),
    "kernel": Field("(B, k, k) or (1, k, k)", "sum 1", "the blur by which hr is degraded, as its network says it"),
    "image": Field("(B, C, any, any)", "[0, 1]", "what a critic judges: one of the fields that its rival names"),
    "sr_y8": Field("(H, W)", "0 to 255", "luma of the restored image, rounded to 8 bits"),
    "hr_y8": Field("(H, W)", "0 to 255", "luma of the true image, rounded to 8 bits"),
    "sr_yf": Field("(H, W)", "0 to 255", "luma of the restored uint8 image, not rounded"),
    "hr_yf": Field("(H, W)", "0 to 255", "luma of the true uint8 image, not rounded"),
    "scale": Field("()", "1 or more", "HR pixels per LR pixel; metrics are handed it rounded up"),
}

LEVELS: Mapping[str, int] = {"hr_half_y": 2, "hr_quarter_y": 4}
"""What the smaller levels of a pyramid are compared with, and how many HR pixels theirs are high and wide."""
RESTORED = {"sr", "sr_y", "sr_y_each", "sr_half_y", "sr_quarter_y"}
"""What networks that restore make."""


def has_level(field: str, scale: float) -> bool:
    """Tell whether a pyramid that enlarges by ``scale`` has the level of ``field``, which is one of ``LEVELS``.

    >>> [has_level("hr_half_y", scale) for scale in (2, 3, 4, 8)]
    [False, False, True, True]
    """
    return LEVELS[field] < scale and scale % LEVELS[field] == 0


def needs(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the fields that ``function`` reads; a field has no default.

    >>> needs(lambda lr, ref: lr)
    ('lr', 'ref')
    """
    parameters = inspect.signature(function).parameters.values()
    assert all(each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters)
    return tuple(each.name for each in parameters)


def pick(wanted: tuple[str, ...], batch: Mapping[str, T], reader: str) -> dict[str, T]:
    """Return the ``wanted`` fields of ``batch``; raise BatchError when ``reader`` asks for one that is not there."""
    missing = [name for name in wanted if name not in batch]
    if missing:
        raise BatchError(f"{reader} reads {missing}; there are only {sorted(batch)}")
    return {name: batch[name] for name in wanted}
