"""Options of one part of which each is right by itself, and both together cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import ceil
from typing import Any, TypeAlias

from pipeline.lookup import children, signature
from pipeline.signatures import ListOf, Named

Clash: TypeAlias = tuple[str, str]
"""The key that stands in the way, and what to say of it."""
Options: TypeAlias = Mapping[str, Any]

OPENCV = ("nearest", "bilinear", "bicubic", "area", "lanczos4")
"""The kernels that its resize knows."""


def clashes(room: str, name: str, options: Options) -> Iterator[Clash]:
    """Yield the clashes among the ``options`` of the part ``name`` of ``room``, each of which is right by itself."""
    if (room, name) in KNOWN:
        yield from KNOWN[room, name](options)


def _resize(options: Options) -> Iterator[Clash]:
    kernel, opencv = options["kernel"], options.get("by") == "opencv"
    if opencv and kernel in ("lanczos2", "lanczos3"):
        yield "kernel", f"`{kernel}` is MATLAB's alone; `by: opencv` knows {', '.join(OPENCV)}"
    if opencv and "border" in options:
        yield "border", "is MATLAB's alone; leave it out: OpenCV repeats the edge"
    if not opencv and kernel in ("area", "lanczos4"):
        yield "kernel", f"`{kernel}` is OpenCV's alone; say `by: opencv`"


def _shuffled(options: Options) -> Iterator[Clash]:
    count = len(options["links"])
    beyond = [each for each in options.get("in_order", ()) if each >= count]
    if beyond:
        yield "in_order", f"there is no link {beyond[0]}; they count from 0 to {count - 1}"


def _dpsr(options: Options) -> Iterator[Clash]:
    for spec in _nested(options["blur"]):
        borders = [each for each in signature("degradations", spec["name"]) if each.name == "border"]
        if borders and spec.get("border") != "circular":
            yield "blur", f"the border of `{spec['name']}` must be `circular`, as beyond the edge of DPSR's images"


def _nested(spec: Options) -> Iterator[Options]:
    """Yield the link that ``spec`` describes, and all links inside it."""
    yield spec
    for each in signature("degradations", spec["name"]):
        inner = [(each.type, spec[each.name])] if each.name in spec else []
        if isinstance(each.type, ListOf):
            inner = [pair for type_, value in inner for pair in children(type_, value)]
        for type_, item in inner:
            if isinstance(type_, Named):
                yield from _nested(item)


def _blur(options: Options) -> Iterator[Clash]:
    for name in ("angle", "across"):
        if name in options and options.get("shape", "round") == "round":
            yield name, "a round kernel has none; say `shape: elliptic`, or leave it out"


def _motion(options: Options) -> Iterator[Clash]:
    longest = options["length"][1]
    if options["size"] - 1 < longest:
        yield "size", f"a path of up to {longest} pixels needs at least {2 * ceil(longest / 2) + 1}"
    if "anxiety" in options and options.get("path", "line") == "line":
        yield "anxiety", "a line has none; say `path: shake`, or leave it out"


def _varying(options: Options) -> Iterator[Clash]:
    if "cells" in options and options.get("map", "ramp") == "ramp":
        yield "cells", "a ramp has none; say `map: field`, or leave it out"


def _lrfnet(options: Options) -> Iterator[Clash]:
    rates, blocks = len(options.get("rates", ())), options.get("blocks", 12)
    if rates > blocks:
        yield "rates", f"there are {rates} for {blocks} blocks; name at most one for each block"


KNOWN: Mapping[tuple[str, str], Callable[[Options], Iterator[Clash]]] = {
    ("degradations", "blur"): _blur,
    ("degradations", "dpsr"): _dpsr,
    ("degradations", "motion"): _motion,
    ("degradations", "resize"): _resize,
    ("degradations", "shuffled"): _shuffled,
    ("degradations", "varying"): _varying,
    ("networks", "lrfnet"): _lrfnet,
}
