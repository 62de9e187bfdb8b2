"""What a model costs: its parameters, the multiply-adds of one image, the seconds of one megapixel.

Multiply-adds are counted as in the table of CARN (Ahn, Kang, Sohn, "Fast, Accurate, and Lightweight Super-Resolution
with Cascading Residual Network", ECCV 2018, arXiv:1803.08664): for an output of 1280x720 pixels, one for each product
that a convolution, a linear layer or an attention sums. A transposed convolution counts as one over its output with
zeros in between: only so does FSRCNN have the 6.0, 5.0 and 4.6 G of that table. Not counted: biases, activations,
additions, shuffles, what enlarges the image before the network sees it, and the learning of a network that learns
while it restores. Costs of a network that says its ``largest`` image are measured on one so large.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from pipeline.errors import ScoreError
from pipeline.images.scale import high
from pipeline.kinds import Fields, Network
from pipeline.learning.devices import processor
from pipeline.learning.handing import Handing
from pipeline.learning.recipe import Recipe
from pipeline.pairs.derive import Array
from pipeline.pairs.reading import LR_GRID, UNALIGNED, PairSet
from pipeline.restoring.image import fields_of, restore
from pipeline.saved import load_recipe

COUNTED = (720, 1280)
"""Height and width of the output, in pixels, that multiply-adds are counted for."""
TIMED = (1024, 1024)
"""Height and width of the output, in pixels, that is timed; about a megapixel."""
RUNS = 3
MEGAPIXEL = 1e6


@dataclass(frozen=True)
class Cost:
    """What a model costs.

    Args:
        parameters: of the network that maps LR to SR.
        multiply_adds: of one output frame of 1280x720 pixels.
        seconds_per_megapixel: from LR in memory to pixels in memory, for a million output pixels; the median of a few
            runs after a warm-up, to four digits.
        device: ``cpu`` or ``cuda``.
        processor: what the machine's processor calls itself.
        threads: of the processor.
        precision: of the arithmetic.
    """

    parameters: int
    multiply_adds: int
    seconds_per_megapixel: float
    device: str
    processor: str
    threads: int
    precision: str


def measure(model: Path, pairs: Path, device: torch.device) -> Cost:
    """Measure ``model`` on images of the kind that ``pairs`` holds.

    Raises:
        ScoreError: when no image of ``pairs`` has LR.
    """
    recipe: Recipe = load_recipe(model).to(device)
    network = getattr(recipe, recipe.keeps[0])
    suite = PairSet(pairs)
    planes, scale = tiled(suite, _within(network, COUNTED))
    counted = fields_of(planes, Handing(network).reads, scale, torch.device("cpu"))
    return Cost(
        sum(each.numel() for each in network.parameters()),
        multiply_adds(network, counted),
        float(f"{_seconds(recipe, suite, device):.4g}"),
        device.type,
        processor(),
        torch.get_num_threads(),
        "fp32",
    )


def _within(network: Network, size: tuple[int, int]) -> tuple[int, int]:
    """Return ``size``, or of a network that says its ``largest`` no side that is longer; costs are by the pixel."""
    largest = getattr(network, "largest", max(size))
    return min(size[0], largest), min(size[1], largest)


def multiply_adds(network: Network, fields: Fields) -> int:
    """Return what ``network`` multiplies and adds on ``fields``, for each 1280x720 pixels that it makes of them.

    It runs on tensors without content, so only shapes count.
    """
    counter = FlopCounterMode(display=False, custom_mapping={torch.ops.aten.convolution: _convolution})
    with torch.no_grad(), counter:
        fields = {name: field.to("meta") if field.ndim else field for name, field in fields.items()}
        made = Handing(deepcopy(network).to("meta"))(fields)
    output = made["sr"] if "sr" in made else made["sr_y"]
    pixels = output.numel() // output.shape[-3]
    return round(counter.get_total_flops() / 2 * math.prod(COUNTED) / pixels)


def tiled(pairs: PairSet, size: tuple[int, int]) -> tuple[dict[str, Array], float]:
    """Return the planes of the first pair that has LR, without its truth, repeated to give an output of ``size``.

    Where the scale, which is returned too, does not divide ``size``, the output is a little larger.
    """
    entry = next((each for each in pairs.entries if any(plane in each.planes for plane in LR_GRID)), None)
    if entry is None:
        raise ScoreError(f"{pairs.shards.folder}: no image has LR; there is nothing to measure with")
    scale = pairs.scale_of(entry)
    low = math.ceil(size[0] / scale), math.ceil(size[1] / scale)
    sizes = {name: high(low, scale) if name in UNALIGNED else low for name in entry.planes}
    planes = {name: _repeated(pairs.shards.plane(entry, name), sizes[name]) for name in entry.planes if name != "hr"}
    return planes, scale


def _repeated(plane: Array, size: Sequence[int]) -> Array:
    height, width = plane.shape[-3:-1]
    rows = plane.take(np.arange(size[0]) % height, axis=-3)
    return rows.take(np.arange(size[1]) % width, axis=-2)


def _convolution(
    image: Sequence[int],
    weight: Sequence[int],
    _bias: object,
    _stride: object,
    _padding: object,
    _dilation: object,
    transposed: bool,
    _output_padding: object,
    groups: int,
    out_shape: Sequence[int],
) -> int:
    """Return the operations, two for each multiply-add: every output value sums its inputs under the kernel."""
    inputs = image[1] // groups if transposed else weight[1]
    return 2 * math.prod(out_shape) * inputs * math.prod(weight[2:])


def _seconds(recipe: Recipe, pairs: PairSet, device: torch.device) -> float:
    planes, scale = tiled(pairs, _within(getattr(recipe, recipe.keeps[0]), TIMED))
    made = restore(recipe, planes, scale, device)
    pixels = np.asarray(made.pixels)[..., 0].size if made.luma is None else made.luma.size
    times = [_timed(lambda: restore(recipe, planes, scale, device)) for _ in range(RUNS)]
    return median(times) * MEGAPIXEL / pixels


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
