"""One pass of resampling over 8-bit pixels in float32, with every pixel as sums in float64 would have it.

A few output lines are a small dense matrix times the input lines they need, which is what processors are best at. The
order of a matrix product is its library's affair, so no sum may depend on it:

- Where all weights are multiples of a power of two that is not too small (halving, quartering, doubling ...), every
  partial sum is a number of float32. All orders give the same, and float64 gives it too.
- Elsewhere the sums of float32 and float64 differ by less than a bound, the doubt. A pixel that would be rounded
  another way within that distance is summed once more in float64, in the order of its taps.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.images import threads
from pipeline.images.taps import Border, Kernel, Lines, Reals, inside, taps

_REDUCTION = 64  # input lines to an output line, above which the matrices grow large
_LEVELS = 255
_EXACT = 24  # bits of a whole number in float32
_UNIT = 2.0**-_EXACT  # the relative error of one rounding in float32
_PRODUCT = 1 << 18  # multiplications up to which OpenBLAS leaves a product to the thread that asks for it
_BAND = 1 << 20  # numbers of float32 in the input of a part: fewer, and calling costs more than the caches give
_WIDE = 1 << 9  # samples across a strip that are worth an own one
_STRIPS = 2  # to a core, so that all end at about the same time
_TURNED_AT_ONCE = 4  # channels that OpenCV transposes, whatever their number
_ALONE = 1 << 16  # pixels below which handing out costs more than it gains

Pixels = NDArray[np.uint8]
Singles = NDArray[np.float32]


class _Run(NamedTuple):
    """Blocks of output lines that are made by one matrix, each some input lines below the one before."""

    matrix: Singles  # (output lines of a block, input lines of a block)
    blocks: int
    top: int  # the first output line
    source: int  # the first input line
    step: int  # input lines from a block to the next

    @property
    def bottom(self) -> int:
        """The input line after the last."""
        return self.source + self.step * (self.blocks - 1) + self.matrix.shape[1]


class Bands(NamedTuple):
    """A whole pass.

    Args:
        lines: for each tap, the input line of each output line.
        weights: their weights.
        doubt: how far at most, in grey levels, a sum in float32 is off that in float64; 0 where they are equal.
    """

    runs: list[_Run]
    lines: Lines  # (taps, outputs)
    weights: Reals  # (taps, outputs)
    doubt: float


def suits(inputs: int, outputs: int) -> bool:
    """Tell whether the matrices of a pass from ``inputs`` to ``outputs`` lines are small."""
    return inputs <= _REDUCTION * outputs


def resampled(image: Pixels, axis: int, length: int, kernel: Kernel, border: Border) -> Pixels:
    """Bring the rows (``axis`` 0) or columns (1) of ``image`` (H, W, C) to ``length``, rounded half up."""
    bands = _bands(image.shape[axis], length, kernel, border)
    shape = (length, *image.shape[1:]) if axis == 0 else (image.shape[0], length, image.shape[2])
    made = np.empty(shape, np.uint8)
    doubtful: list[Lines] = []

    def make(strip: slice) -> None:
        if axis == 0:
            found = _strip(image[:, strip], bands, made[:, strip])
        else:
            lines = _turned(image[strip])
            turned = np.empty((length, *lines.shape[1:]), np.uint8)
            found = _strip(lines, bands, turned)
            made[strip] = _turned(turned)
        if len(found):
            doubtful.append(found + np.array([0, strip.start, 0]))

    threads.each(make, _strips(image, axis, made.size))
    if doubtful:
        before, after = (image, made) if axis == 0 else (image.swapaxes(0, 1), made.swapaxes(0, 1))
        _settle(before, after, bands, np.concatenate(doubtful).T)
    return made


def _strips(image: Pixels, axis: int, made: int) -> list[slice]:
    """Cut across the lines; small images are not worth handing out."""
    across, channels = image.shape[1 - axis], image.shape[2]
    if max(image.size, made) < _ALONE:
        return [slice(0, across)]
    wanted = min(_STRIPS * threads.cores(), max(threads.cores(), across * channels // _WIDE))
    step = -(-across // wanted)
    return [slice(start, min(start + step, across)) for start in range(0, across, step)]


def _turned(image: Pixels) -> Pixels:
    """Swap the first two axes of (H, W, C)."""
    if image.shape[2] > _TURNED_AT_ONCE:
        return np.ascontiguousarray(image.swapaxes(0, 1))
    return np.asarray(cv2.transpose(image), np.uint8).reshape(image.shape[1], image.shape[0], image.shape[2])


def _strip(image: Pixels, bands: Bands, made: Pixels) -> Lines:
    """Write the lines of ``made`` (outputs, v, C) from ``image`` (inputs, v, C); return which pixels are in doubt.

    Returns:
        Where they lie in ``made``, (n, 3).
    """
    source, target = image.reshape(len(image), -1), made.reshape(len(made), -1)
    assert np.may_share_memory(target, made)
    doubtful = []
    for part in _parts(bands.runs, source.shape[1]):
        sums, top = _sums(part, source), part[0].top
        lines = target[top : top + len(sums)]
        if bands.doubt:
            doubtful.append(np.flatnonzero(_between(sums, bands.doubt, lines)) + top * target.shape[1])
        else:
            _round(sums, lines)
    places = np.concatenate(doubtful) if doubtful else np.empty(0, np.int64)
    return np.stack(np.unravel_index(places, made.shape), axis=1) if len(places) else places


def _parts(runs: list[_Run], width: int) -> Iterator[list[_Run]]:
    """Yield runs, and parts of long ones, as many at once as have an input that stays in the cache."""
    most = _BAND // width
    part: list[_Run] = []
    for run in _cut(runs, most):
        if part and run.bottom - part[0].source > most:
            yield part
            part = []
        part.append(run)
    yield part


def _cut(runs: list[_Run], most: int) -> Iterator[_Run]:
    """Cut runs of more than ``most`` input lines, where they have several blocks."""
    for run in runs:
        blocks = max(1, (most - run.matrix.shape[1]) // max(1, run.step) + 1)
        for first in range(0, run.blocks, blocks):
            yield run._replace(
                blocks=min(blocks, run.blocks - first),
                top=run.top + first * len(run.matrix),
                source=run.source + first * run.step,
            )


def _sums(part: list[_Run], image: Pixels) -> Singles:
    """Return the output lines of ``part`` from ``image`` (inputs, V), not rounded."""
    width, source, top = image.shape[1], part[0].source, part[0].top
    tile = -(-width // max(1, width * max(run.matrix.size for run in part) // _PRODUCT + 1))
    padded = -(-width // tile) * tile
    band = np.empty((max(run.bottom for run in part) - source, padded), np.float32)
    band[:, :width] = image[source : source + len(band)]
    band[:, width:] = 0  # what lay there might overflow
    sums = np.empty((part[-1].top + len(part[-1].matrix) * part[-1].blocks - top, padded), np.float32)
    for run in part:
        made, needed = run.matrix.shape
        read = _tiled(band[run.source - source :], run.blocks, run.step, needed, tile)
        np.matmul(run.matrix, read, out=_tiled(sums[run.top - top :], run.blocks, made, made, tile))
    return sums[:, :width]


def _tiled(lines: Singles, blocks: int, step: int, height: int, tile: int) -> Singles:
    """View ``lines`` (n, V) as (blocks, V / tile, height, tile): blocks ``step`` lines apart, cut into tiles."""
    row, one = lines.strides
    shape = (blocks, lines.shape[1] // tile, height, tile)
    return np.ndarray(shape, lines.dtype, lines, 0, (step * row, tile * one, row, one))


def _round(sums: Singles, target: Pixels) -> None:
    """Write ``sums`` to ``target``, rounded half up."""
    np.clip(sums, -0.5, _LEVELS - 0.5, out=sums)
    np.add(sums, np.float32(0.5), out=target, casting="unsafe")


def _between(sums: Singles, doubt: float, target: Pixels) -> NDArray[np.bool_]:
    """Write the lowest level that each sum may mean to ``target``; tell where the highest is another one."""
    np.clip(sums, doubt - 0.5, _LEVELS - 0.5 + 2 * doubt, out=sums)
    np.add(sums, np.float32(0.5 - doubt), out=target, casting="unsafe")
    highest = np.empty(target.shape, np.uint8)
    np.add(sums, np.float32(0.5 + doubt), out=highest, casting="unsafe")
    return np.not_equal(target, highest)


def _settle(image: Pixels, made: Pixels, bands: Bands, places: Lines) -> None:
    """Sum the pixels at ``places`` (3, n) of ``made`` in float64 in the order of their taps."""
    line, *across = places
    total = np.zeros(len(line))
    for needed, weights in zip(bands.lines, bands.weights, strict=True):
        total += weights[line] * image[needed[line], *across]
    made[line, *across] = np.clip(total + 0.5, 0, _LEVELS)


@lru_cache(maxsize=256)
def _bands(inputs: int, outputs: int, kernel: Kernel, border: Border) -> Bands:
    """Cut a pass into blocks; lines beyond the edge become weights of the lines that they repeat."""
    found = taps(inputs, outputs, kernel)
    lines, weights = inside(found.first + found.offsets[:, None], inputs, border), found.weights[..., 0]
    count = min(32, max(4, 8 * outputs // inputs))  # more lines share more of their input, and multiply more zeros
    runs: list[_Run] = []
    dense = []
    for top in range(0, outputs, count):
        source, matrix = _dense(lines[:, top : top + count], weights[:, top : top + count])
        dense.append(matrix)
        _append(runs, _Run(matrix.astype(np.float32), 1, top, source, 0))
    return Bands(runs, lines, weights, _doubt(dense))


def _dense(lines: Lines, weights: Reals) -> tuple[int, Reals]:
    """Return the first input line of a block, and its weights (output lines, input lines)."""
    source, outputs = int(lines.min()), lines.shape[1]
    matrix = np.zeros((outputs, int(lines.max()) - source + 1))
    np.add.at(matrix, (np.arange(outputs), lines - source), weights)
    return source, matrix


def _append(runs: list[_Run], block: _Run) -> None:
    """Let ``block`` continue the last run where it can."""
    last = runs[-1] if runs else None
    if last and np.array_equal(last.matrix, block.matrix):
        step = block.source - last.source - last.step * (last.blocks - 1)
        if last.blocks == 1 or step == last.step:
            runs[-1] = last._replace(blocks=last.blocks + 1, step=step)
            return
    runs.append(block)


def _doubt(matrices: list[Reals]) -> float:
    """Bound the distance of sums in float32 from those in float64: 0 if both are exact in any order."""
    highest = max(float(np.abs(each).sum(axis=1).max()) for each in matrices) * _LEVELS + 1
    finest = _EXACT - math.ceil(math.log2(highest))
    if finest > 0 and all((np.ldexp(each, finest) % 1 == 0).all() for each in matrices):
        return 0.0
    used = max(int(np.count_nonzero(each, axis=1).max()) for each in matrices)
    # One rounding of each weight, one of each product, one less of sums, and some for what is added to round.
    return 1.01 * (used + 8) * _UNIT * highest
