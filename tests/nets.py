"""The networks of the folder, as tests want them: by what they are for, at the scales they know, quick to run.

What a network is for shows in what it reads: a critic reads ``image``, a degrader ``hr``, a restorer LR. One that
``draws`` what it restores, pixel after pixel, has laws of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from pipeline.images.scale import high
from pipeline.kinds import Fields
from pipeline.lookup import build, fields_read, names, part_states, signature
from pipeline.pairs import points
from pipeline.signatures import Choice

CRITICS = [name for name in names("networks") if fields_read("networks", name) == ("image",)]
DEGRADERS = [name for name in names("networks") if fields_read("networks", name) == ("hr",)]
DRAWERS = [name for name in names("networks") if part_states("networks", name, "draws")]
RESTORERS = [name for name in names("networks") if name not in (*CRITICS, *DEGRADERS, *DRAWERS)]
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
"""What a constructor needs beside the scale."""
_DENSE = {"blocks": 2, "layers": 2, "growth": 8, "features": 8}
SMALL: Mapping[str, Mapping[str, Any]] = {
    "carn": {"cascades": 2, "blocks": 2, "features": 8},
    "carn_m": {"cascades": 2, "turns": 2, "features": 8},
    "cnf": {"depths": [3, 5], "widths": [8, 8]},
    "dbpn": {"stages": 3, "extracted": 16, "features": 8},
    "drcn": {"recursions": 4, "features": 16},
    "drrn": {"recursions": 3, "features": 16},
    "dsgan": {"blocks": 2, "features": 8},
    "dsgan_critic": {"widths": [8, 8, 8]},
    "dwsr": {"layers": 4, "features": 8},
    "edsr": {"blocks": 2, "features": 8},
    "edsr_liif": {"blocks": 2, "features": 8, "width": 16},
    "edsr_non_local": {"half": 1, "features": 8, "window": 8},
    "edsr_pp": {"blocks": 2, "features": 8},
    "feqe": {"blocks": 2, "features": 16},
    "high_to_low": {"blocks": [2, 1], "features": 8},
    "idn": {"blocks": 2, "kept": 4},
    "kernel_critic": {"features": 8, "layers": 2},
    "kernel_gan": {"features": 8},
    "lapsrn": {"layers": 3, "features": 16},
    "low_to_high": {"blocks": [2, 2], "widths": [16, 12, 8]},
    "lrfnet": {"kernel": 5, "rates": [1, 2], "blocks": 2, "features": 8},
    "mdsr": {"blocks": 2, "features": 8},
    "memnet": {"blocks": 2, "recursions": 2, "features": 16},
    "meta_rdn": {**_DENSE, "width": 16},
    "ms_lapsrn": {"layers": 2, "recursions": 2, "features": 16},
    "msrn": {"blocks": 2, "features": 8},
    "msrresnet": {"blocks": 2, "features": 8},
    "mwcnn": {"widths": [8, 8, 8], "layers": 1},
    "patch_critic": {"strides": [2, 1, 1, 1, 1], "widths": [8, 8, 8, 8]},
    "rcan": {"groups": 2, "blocks": 2, "features": 16, "reduction": 4},
    "rdn": _DENSE,
    "rdn_liif": {**_DENSE, "width": 16},
    "red": {"layers": 5, "features": 16},
    "resnet_critic": {"halving": 2, "steady": 1, "features": 8},
    "scsr": {"atoms": 24, "patch": 4, "overlap": 2, "iterations": 20, "projections": 1},
    "srcnn": {"kernels": [9, 3, 5], "deviation": None},
    "srcnn_rgb": {"kernels": [9, 3, 5], "deviation": None},
    "srdensenet": {"blocks": 2, "layers": 3, "growth": 4},
    "srresnet": {"blocks": 2, "features": 8},
    "vdsr": {"layers": 4, "features": 8},
    "wavelet_srnet": {"widths": [8, 16], "blocks": 1, "features": 8},
    "xsrgan": {"blocks": 2, "features": 8},
    "zssr": {"layers": 4, "features": 8},
}
"""What makes a network quick to run; one that is quick enough needs no entry."""


def scales_of(name: str) -> tuple[int, ...]:
    """Return those of 2, 3 and 4 that the signature of the network ``name`` allows."""
    said: dict[str, Any] = {each.name: each.type for each in signature("networks", name)}
    scale = said.get("scale") or (said["scales"].items[0] if "scales" in said else None)
    return tuple(each for each in (2, 3, 4) if not isinstance(scale, Choice) or each in scale.values)


def at_scale(name: str, scale: int) -> dict[str, Any]:
    """Return the options that make the network ``name`` enlarge by ``scale`` alone, where it has such."""
    said = {each.name for each in signature("networks", name)}
    return {"scale": scale} if "scale" in said else {"scales": [scale]} if "scales" in said else {}


def places(name: str, low: tuple[int, int], scale: float) -> Fields:
    """Return what says where and how far a network that reads the field ``name`` enlarges an image of ``low``."""
    if name == "scale":
        return {name: torch.tensor(scale)}
    return {name: torch.from_numpy(points.grid(*points.whole(low, high(low, scale)))[name])}


PLACES = ("scale", *points.PLACED)
SCALED = [(name, scale) for name in RESTORERS for scale in scales_of(name)]


def made(name: str, scale: int, **options: Any) -> nn.Module:
    """Build a network as published, but for ``options``."""
    sized = {**at_scale(name, scale), **OPTIONS.get(name, {})}
    network: nn.Module = build("networks", {"name": name, **sized, **options})
    return network


def full(name: str, scale: int = 2) -> nn.Module:
    """Build a network as published, without any memory for its weights."""
    with torch.device("meta"):
        return made(name, scale)


def small(name: str, scale: int = 2) -> nn.Module:
    """Build a network whose weights have torch's usual size, so that no output drowns in a tolerance."""
    network = made(name, scale, **SMALL.get(name, {}))
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Conv3d | nn.Linear | nn.ConvTranspose2d):
            module.reset_parameters()
    return network
