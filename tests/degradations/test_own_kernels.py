"""Kernels from files: what is read, where their middle lies, and one line for each that cannot be used."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.io import savemat

from pipeline.errors import DataError
from pipeline.images.kernel_files import read_kernels
from pipeline.kinds import Link
from pipeline.lookup import build
from pipeline.randomness import generator

SIZE = (20, 26)
BORDERS = {"reflect": "mirror", "symmetric": "reflect", "replicate": "nearest", "circular": "wrap", "zero": "constant"}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own" / "kernels").mkdir(parents=True)
    return tmp_path / "own"


def kernel(*shape: int, seed: int = 1) -> NDArray[np.float64]:
    values = np.random.default_rng(seed).random(shape)
    total: NDArray[np.float64] = values / values.sum()
    return total


def image() -> NDArray[np.float32]:
    return np.random.default_rng(1).random((*SIZE, 3), np.float32)


def cells(*kernels: NDArray[Any]) -> NDArray[np.object_]:
    """Return a cell array of one row."""
    made = np.empty((1, len(kernels)), object)
    for number, each in enumerate(kernels):
        made[0, number] = each
    return made


def link(own: Path, **options: Any) -> Link:
    made: Link = build("degradations", {"name": "kernel", "of": "correlation", **options}, own=own)
    return made


@pytest.mark.parametrize("shape", [(3, 3), (4, 4), (1, 6), (5, 2), (13, 13), (16, 14)])
@pytest.mark.parametrize("of", ["correlation", "convolution"])
@pytest.mark.parametrize("border", BORDERS)
def test_a_kernel_of_any_size_is_laid_as_scipy_lays_it(own: Path, shape: Any, of: str, border: str) -> None:
    values = kernel(*shape)
    np.save(own / "kernels" / "k.npy", values)
    expected = getattr(ndimage, of.replace("correlation", "correlate").replace("convolution", "convolve"))
    made = link(own, file="k.npy", of=of, border=border)

    ours = made.apply(image(), made.draw(generator(1), SIZE, SIZE))

    planes = [expected(image()[..., each].astype(np.float64), values, mode=BORDERS[border]) for each in range(3)]
    assert np.allclose(np.stack(planes, -1), ours, atol=2e-6)


FIRST, SECOND = kernel(5, 5, seed=1), kernel(4, 3, seed=2)


@pytest.mark.parametrize(
    "content",
    [
        {"k": cells(FIRST, SECOND)},
        {"k": cells(FIRST, SECOND).T, "scale": 2.0, "name": "two"},
        {"k": cells(FIRST, SECOND), "sigma": np.ones((1, 1))},
    ],
    ids=["a row of cells", "a column of cells beside what is no kernel", "beside a number"],
)
def test_the_kernels_of_a_cell_array_are_found_and_counted(own: Path, content: Any) -> None:
    savemat(own / "kernels" / "k.mat", content)

    first, second = read_kernels(own / "kernels" / "k.mat")

    assert ((5, 5), (5, 5)) == (first.shape, second.shape)
    assert np.allclose(FIRST, first, atol=1e-7)
    assert np.allclose(np.pad(SECOND, ((0, 1), (1, 1))), second, atol=1e-7)


def test_a_stack_counts_along_the_last_dimension_of_mat_and_the_first_of_npy(own: Path) -> None:
    stack = np.stack([kernel(3, 3, seed=n) for n in range(4)])
    np.save(own / "kernels" / "k.npy", stack)
    savemat(own / "kernels" / "k.mat", {"k": np.moveaxis(stack, 0, -1)})

    for ending in ("npy", "mat"):
        assert np.allclose(stack, np.stack(read_kernels(own / "kernels" / f"k.{ending}")), atol=1e-7)


def test_each_kernel_is_drawn_as_often_and_the_index_takes_one(own: Path) -> None:
    np.save(own / "kernels" / "k.npy", np.stack([kernel(3, 3, seed=n) for n in range(4)]))
    several, third = link(own, file="k.npy"), link(own, file="k.npy", index=2)
    drawn = [several.draw(generator(n), SIZE, SIZE)["index"] for n in range(400)]

    assert all(70 < drawn.count(each) < 130 for each in range(4))
    assert {2} == {third.draw(generator(n), SIZE, SIZE)["index"] for n in range(9)}


def test_another_file_under_the_same_name_is_another_draw(own: Path) -> None:
    drawn = []
    for seed in (1, 2, 1):
        np.save(own / "kernels" / "k.npy", kernel(3, 3, seed=seed))
        drawn.append(link(own, file="k.npy").draw(generator(1), SIZE, SIZE))

    assert drawn[0] == drawn[2] != drawn[1]


def test_a_kernel_in_eight_bits_leaves_grey_levels(own: Path) -> None:
    np.save(own / "kernels" / "k.npy", kernel(3, 3))
    made = link(own, file="k.npy", rounding="uint8")

    levels = made.apply(image(), made.draw(generator(1), SIZE, SIZE)) * 255

    assert np.allclose(levels.round(), levels, atol=1e-4)


def v73(path: Path) -> None:
    """Write what MATLAB writes at the beginning of a file of version 7.3."""
    path.write_bytes(b"MATLAB 7.3 MAT-file, Platform: PCWIN64".ljust(124) + b"\x00\x02IM" + b"\x89HDF\r\n\x1a\n" * 64)


TWO = {"a": FIRST, "b": SECOND}
BAD = [
    ("k.mat", v73, {}, "is a file of MATLAB 7.3, which is HDF5; save it anew with `save -v7`"),
    ("k.mat", b"no", {}, r"is no .mat file that can be read \("),
    ("k.mat", b"MATLAB 5.0".ljust(200, b"\x99"), {}, r"is no .mat file that can be read \("),
    ("k.npy", b"no", {}, r"is no .npy file that can be read \("),
    ("k.npy", np.array([FIRST, None], object), {}, r"is no .npy file that can be read \("),
    ("k.npy", FIRST, {"variable": "a"}, "has no variables, being a .npy file; leave `variable` out"),
    ("k.npy", FIRST[0], {}, "holds no kernel; it must be numbers in rows and columns, or several such"),
    ("k.npy", np.zeros((0, 3)), {}, "holds no kernel"),
    ("k.npy", FIRST.astype(complex), {}, "holds no kernel"),
    ("k.npy", FIRST * 255, {}, "sums to 255, not to 1; divide it by its sum, or name another variable"),
    ("k.npy", FIRST * np.nan, {}, "sums to nan, not to 1"),
    ("k.npy", FIRST, {"index": 1}, "`index` 1: its kernels count from 0 to 0"),
    ("k.mat", TWO, {}, "say which with `variable`; choices: a, b"),
    ("k.mat", TWO, {"variable": "c"}, "has no variable `c`; choices: a, b"),
    ("k.mat", {"name": "text", "scale": 2.0}, {}, "holds no kernel"),
    ("k.mat", {"name": "text", "a": FIRST}, {"variable": "name"}, "holds no kernel; it must be numbers"),
    ("k.mat", {"a": cells(FIRST, FIRST * 2)}, {}, "sums to 2, not to 1"),
]


@pytest.mark.parametrize(("file", "content", "options", "expected"), BAD, ids=[each[-1][:40] for each in BAD])
def test_a_file_that_cannot_be_used_is_told_in_one_line(
    own: Path, file: str, content: Any, options: Any, expected: str
) -> None:
    path = own / "kernels" / file
    if callable(content):
        content(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, dict):
        savemat(path, content)
    else:
        np.save(path, content, allow_pickle=True)

    with pytest.raises(DataError, match=f"{file}: .*{expected}") as caught:
        link(own, file=file, **options)

    assert 1 == len(str(caught.value).splitlines())


PUBLISHED = {
    "MZSR/Input/g20/kernel.mat": (1, 21),
    "ZSSR/kernel_example/BSD100_100_lr_rand_ker_c_X2_0.mat": (1, 9),
    "DPSR/BSD68/the_kernels/d_03.mat": (1, 7),
    "KAIR/kernels/kernels_12.mat": (12, None),
    "KAIR/kernels/kernels_bicubicx234.mat": (3, None),
}


@pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with degradations.zip")
@pytest.mark.parametrize("member", PUBLISHED)
def test_kernels_that_authors_have_published_are_read(own: Path, member: str) -> None:
    path = own / "kernels" / "k.mat"
    path.write_bytes(zipfile.ZipFile(Path(os.environ["SR_MIRROR"], "degradations.zip")).read(member))
    count, side = PUBLISHED[member]

    kernels = read_kernels(path)

    assert count == len(kernels)
    assert side in (None, kernels[0].shape[0])
