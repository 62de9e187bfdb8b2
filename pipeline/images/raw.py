"""Camera RAW files, developed: the mosaic behind a camera's lens to RGB."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

import numpy as np
import rawpy
from numpy.typing import NDArray

from pipeline.bounds import NotNegative, Positive, ZeroOrMore
from pipeline.errors import ImageError
from pipeline.images import files

ENDINGS = (
    *(".3fr", ".arw", ".cr2", ".cr3", ".dng", ".erf", ".iiq", ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf"),
    *(".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)
"""The endings of RAW files of the cameras that LibRaw knows."""

_CURVES = {"srgb": (2.4, 12.92), "bt709": (2.222, 4.5), "linear": (1.0, 1.0)}
_SPACES = {
    "srgb": "sRGB",
    "adobe": "Adobe",
    "wide": "Wide",
    "prophoto": "ProPhoto",
    "p3": "P3D65",
    "rec2020": "Rec2020",
    "xyz": "XYZ",
    "camera": "raw",
}
_HIGHLIGHTS = {"clip": "Clip", "ignore": "Ignore", "blend": "Blend", "reconstruct": "ReconstructDefault"}
_STOPS = (-2.0, 3.0)


@dataclass(frozen=True)
class Development:
    """How a RAW file becomes RGB; the settings of LibRaw that matter, under their usual names.

    Args:
        white_balance: what the camera chose, the mean of the picture, or daylight.
        demosaic: how the two missing colours of a pixel are found.
        highlights: what becomes of clipped channels.
        exposure: stops, -2 to 3, before the curve.
        brightness: a factor after the white balance.
        auto_brightness: let LibRaw clip 1 % of the picture to white.
        space: the primaries of the result; the file that is written carries no profile, so all but ``srgb`` are for
            those who add one.
        curve: the tone curve of the result.
        noise: LibRaw's FBDD noise reduction before demosaicing.
        wavelet: threshold of LibRaw's wavelet noise reduction, 0 for none; 100 to 1000 are usual.
        median: passes of a 3x3 median over the colour differences after demosaicing.
        red, blue: factors by which these channels are enlarged against chromatic aberration of the lens.
        half: one pixel of each 2x2 of the mosaic, without demosaicing.
        turn: turn the picture as the camera was held.
        bits: 8 or 16 a channel.

    Raises:
        ImageError: an exposure out of range.
    """

    white_balance: Literal["camera", "auto", "daylight"] = "camera"
    demosaic: Literal["linear", "vng", "ppg", "ahd", "dcb", "dht", "aahd"] = "ahd"
    highlights: Literal["clip", "ignore", "blend", "reconstruct"] = "clip"
    exposure: float = 0.0
    brightness: Positive = 1.0
    auto_brightness: bool = False
    space: Literal["srgb", "adobe", "wide", "prophoto", "p3", "rec2020", "xyz", "camera"] = "srgb"
    curve: Literal["srgb", "bt709", "linear"] = "srgb"
    noise: Literal["off", "light", "full"] = "off"
    wavelet: NotNegative = 0.0
    median: ZeroOrMore = 0
    red: Positive = 1.0
    blue: Positive = 1.0
    half: bool = False
    turn: bool = True
    bits: Literal[8, 16] = 16

    def __post_init__(self) -> None:
        """Refuse what LibRaw would clip or ignore without a word."""
        if not _STOPS[0] <= self.exposure <= _STOPS[1]:
            raise ImageError(f"exposure: {self.exposure} is outside of {_STOPS[0]} to {_STOPS[1]} stops")


def develop(data: bytes, name: str, how: Development | None = None) -> NDArray[Any]:
    """Develop the bytes of a RAW file to (H, W, 3), uint16 or uint8 as ``how.bits`` says.

    Raises:
        ImageError: no RAW file that LibRaw reads, or a truncated one.
    """
    how = how or Development()
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            return np.asarray(raw.postprocess(**_options(how)))
    except rawpy.LibRawError as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise ImageError(f"{name}: is no RAW file that can be developed ({reason})") from None


def read(data: bytes, name: str) -> NDArray[np.uint8]:
    """Decode an image file, or develop a RAW file as it is done by default, to uint8 (H, W, C); the ending tells which.

    Raises:
        ImageError: it is not what its ending says.
    """
    raw = PurePath(name).suffix.lower() in ENDINGS
    return files.eight_bits(develop(data, name)) if raw else files.read(data, name)


def libraw() -> str:
    """Return the version of LibRaw, as in ``0.22.0``: another one may develop other pixels."""
    return ".".join(map(str, rawpy.libraw_version))


def _options(how: Development) -> dict[str, Any]:
    """Return the parameters of ``rawpy.Params``."""
    return {
        "use_camera_wb": how.white_balance == "camera",
        "use_auto_wb": how.white_balance == "auto",
        "demosaic_algorithm": rawpy.DemosaicAlgorithm[how.demosaic.upper()],
        "highlight_mode": rawpy.HighlightMode[_HIGHLIGHTS[how.highlights]],
        "exp_shift": 2**how.exposure,
        "bright": how.brightness,
        "no_auto_bright": not how.auto_brightness,
        "output_color": rawpy.ColorSpace[_SPACES[how.space]],
        "gamma": _CURVES[how.curve],
        "fbdd_noise_reduction": rawpy.FBDDNoiseReductionMode[how.noise.capitalize()],
        "noise_thr": how.wavelet or None,
        "median_filter_passes": how.median,
        "chromatic_aberration": (how.red, how.blue),
        "half_size": how.half,
        "user_flip": None if how.turn else 0,
        "output_bps": how.bits,
    }
