"""ScSR: what is seen of a patch, what is made of it, how patches become an image, and how that image fits LR."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from pipeline.blocks.enlargement import Enlargement
from pipeline.blocks.reduction import Reduction
from pipeline.errors import LearningError
from pipeline.networks.scsr import ScSR, framed

BIGGER = 2
"""The middle resolution, as a multiple of LR."""


def scsr(scale: int = 2, **options: Any) -> ScSR:
    torch.manual_seed(0)
    return ScSR(scale, **{"atoms": 24, "iterations": 20, "projections": 1, **options})  # type: ignore[arg-type]


def image(height: int, width: int, count: int = 1) -> Tensor:
    return torch.rand(count, 1, height, width, generator=torch.Generator().manual_seed(1))


def smooth(height: int, width: int) -> Tensor:
    return Enlargement(4)(image(height // 4, width // 4))


def run(network: ScSR, lr: Tensor) -> Tensor:
    with torch.no_grad():
        return network(lr)["sr_y"]


def test_gradients_are_the_differences_of_neighbours_and_of_those_two_pixels_away() -> None:
    seen = image(9, 11)
    across, down, twice_across, twice_down = scsr().gradients(seen)[0]
    here, rows, columns = seen[0, 0], slice(2, -2), slice(2, -2)

    torch.testing.assert_close(here[rows, 3:-1] - here[rows, 1:-3], across)
    torch.testing.assert_close(here[3:-1, columns] - here[1:-3, columns], down)
    torch.testing.assert_close(here[rows, 4:] - 2 * here[rows, columns] + here[rows, :-4], twice_across)
    torch.testing.assert_close(here[4:, columns] - 2 * here[rows, columns] + here[:-4, columns], twice_down)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize(("patch", "overlap"), [(6, 4), (6, 0), (2, 0), (8, 2)])
@pytest.mark.parametrize("size", [(1, 2), (15, 22)])
def test_patches_that_agree_are_pasted_to_the_image_they_were_cut_from(
    scale: int, patch: int, overlap: int, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each LR pixel is two by two of the middle resolution; their mean is laid over the HR pixels they stand for."""
    network, lr = scsr(scale, patch=patch, overlap=overlap), image(*size, count=2)

    def as_it_is(_gradients: Tensor, patches: Tensor) -> Tensor:
        square = patches.view(len(patches), patch // 2, 2, patch // 2, 2).mean((2, 4))
        return square.repeat_interleave(scale, 1).repeat_interleave(scale, 2).flatten(1)

    monkeypatch.setattr(network, "restored", as_it_is)
    cells = Enlargement(BIGGER)(lr).view(2, 1, size[0], 2, size[1], 2).mean((3, 5))
    expected = cells.repeat_interleave(scale, -2).repeat_interleave(scale, -1)

    torch.testing.assert_close(expected, network.pasted(lr))


@pytest.mark.parametrize(("patch", "overlap"), [(5, 4), (5, 0), (3, 1)])
def test_odd_patches_too_are_pasted_where_they_were_cut(
    patch: int, overlap: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, lr = scsr(2, patch=patch, overlap=overlap), image(11, 8)
    monkeypatch.setattr(network, "restored", lambda _gradients, patches: patches)

    torch.testing.assert_close(Enlargement(BIGGER)(lr), network.pasted(lr))


def test_where_patches_overlap_their_mean_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patches of two pixels, one pixel apart, each of its number: pixel n lies in patch n - 1 and in patch n."""
    network, lr = scsr(2, patch=2, overlap=1), image(1, 4)
    numbers = torch.arange(7.0)[:, None].expand(7, 4)
    monkeypatch.setattr(network, "restored", lambda _gradients, _patches: numbers)

    assert [[0, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6]] * 2 == network.pasted(lr)[0, 0].tolist()


def test_gradients_and_patches_are_handed_over_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    network, handed = scsr(2, patch=5, overlap=0), []

    def note(gradients: Tensor, patches: Tensor) -> Tensor:
        handed.append((gradients, patches))
        return patches

    monkeypatch.setattr(network, "restored", note)
    network.pasted(image(12, 10))
    gradients, patches = (torch.cat(each) for each in zip(*handed, strict=True))
    squares, across = patches.view(-1, 5, 5), gradients.view(-1, 4, 5, 5)[:, 0]

    torch.testing.assert_close(squares[..., 2:] - squares[..., :-2], across[..., 1:-1])


@pytest.mark.parametrize("scale", [2, 4])
def test_a_patch_that_looks_like_an_atom_becomes_its_other_half(scale: int) -> None:
    network = scsr(scale, patch=4, overlap=2, sparsity=0.1, contrast=1.5)
    pixels = (2 * scale) ** 2
    network.dictionary[:, -pixels:] -= network.dictionary[:, -pixels:].mean(1, keepdim=True)
    lower, upper = network.dictionary[:, :-pixels], network.dictionary[:, -pixels:]
    gradients, patches = 0.3 * torch.stack([lower[3], -lower[8]]), image(2, 16)[0, 0]
    made = network.restored(gradients, patches)
    mean, details = made.mean(1), made - made.mean(1, keepdim=True)

    torch.testing.assert_close(patches.mean(1), mean)
    torch.testing.assert_close(1.5 * patches.std(1, correction=0), made.std(1, correction=0))
    torch.testing.assert_close(normalize(torch.stack([upper[3], -upper[8]])), normalize(details))


def test_the_length_of_an_atom_changes_nothing() -> None:
    network, lr = scsr(), image(9, 9)
    before = run(network, lr)
    network.dictionary[:, : 4 * 36] *= torch.linspace(0.1, 1, 24)[:, None]

    torch.testing.assert_close(before, run(network, lr), rtol=0, atol=1e-4)


def test_what_shows_no_gradient_becomes_its_mean() -> None:
    """The gradients are an atom's, once of a length that penalties pass over, once of one that they do not."""
    network, patches = scsr(), 0.5 + 0.2 * image(2, 36)[0, 0]
    atom = normalize(network.dictionary[3, :144], dim=0)
    flat, _ = made = network.restored(torch.stack([0.1 / 255 * atom, 0.5 / 255 * atom]), patches)
    apart = made.std(1, correction=0) / patches.std(1, correction=0)

    torch.testing.assert_close(patches[0].mean().expand(36), flat)
    assert float(apart[1]) > 1


def test_brighter_is_restored_brighter_and_of_more_contrast_with_more() -> None:
    network, lr = scsr(), image(9, 12)
    before = run(network, lr)

    torch.testing.assert_close(0.3 + 2 * before, run(network, 0.3 + 2 * lr), rtol=0, atol=1e-4)


def test_what_is_pasted_is_projected() -> None:
    network, lr = scsr(projections=3), image(9, 12)

    torch.testing.assert_close(network.projected(network.pasted(lr), lr), run(network, lr))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_back_projection_makes_the_reduced_image_equal_to_lr(scale: int) -> None:
    lr = smooth(24, 32)
    bad = Enlargement(scale)(lr) + 0.2 * image(24 * scale, 32 * scale) - 0.1

    def missed(projections: int) -> float:
        projected = scsr(scale, projections=projections).projected(bad, lr)
        return float((Reduction(scale)(projected) - lr).abs().max())

    apart = [missed(projections) for projections in (0, 1, 5, 20, 80)]

    assert all(apart[number + 1] < 0.7 * apart[number] for number in range(4))
    assert apart[-1] < 1e-4


def test_back_projection_spreads_what_is_missed_by_the_squared_gaussian_of_the_code() -> None:
    bell = torch.tensor([[-((x - 2) ** 2 + (y - 2) ** 2) / 2 for x in range(5)] for y in range(5)]).exp() ** 2
    lr, network = image(6, 7), scsr()
    missed = Enlargement(2)(lr - Reduction(2)(torch.zeros(1, 1, 12, 14)))
    expected = torch.nn.functional.conv2d(framed(missed, 2), (bell / bell.sum())[None, None])

    torch.testing.assert_close(expected, network.projected(torch.zeros(1, 1, 12, 14), lr))


@pytest.mark.parametrize(("scale", "patch"), [(2, 5), (2, 6), (3, 6), (4, 5)])
def test_examples_of_a_crop_are_those_of_the_whole_image(scale: int, patch: int) -> None:
    """A crop must not show in its patches that it is one: whatever surrounds it, they are the same."""
    network, cut = scsr(scale, patch=patch, overlap=patch - 2), 2 * patch + 7
    crops = []
    for surroundings in (0.0, 1.0):
        lr, hr = image(cut, cut), image(cut * scale, cut * scale)
        wide = torch.full((1, 1, cut + 20, cut + 20), surroundings)
        wide[..., 10:-10, 10:-10] = lr
        whole = Enlargement(BIGGER)(wide)[..., 20:-20, 20:-20]
        crops.append((whole, *network.examples(lr, hr)))
    (one, gradients, details), (other, *again) = crops
    side = patch * scale // 2
    count = (2 * cut - 12) // patch

    assert not torch.equal(one, other)
    assert ((count**2, 4 * patch**2), (count**2, side**2)) == (gradients.shape, details.shape)
    assert torch.equal(gradients, again[0])
    for whole in (one, other):
        true = network.gradients(framed(whole, 2))[..., 6 : 6 + patch, 6 : 6 + patch].flatten()
        torch.testing.assert_close(true, gradients[0])
    first = hr[0, 0, 3 * scale : 3 * scale + side, 3 * scale : 3 * scale + side].flatten()
    torch.testing.assert_close(first - first.mean(), details[0])


def test_both_halves_of_an_example_are_of_the_same_place() -> None:
    lr = image(20, 26)
    gradients, details = scsr(2, patch=5, overlap=4).examples(lr, Enlargement(2)(lr))
    squares, down = details.view(-1, 5, 5), gradients.view(-1, 4, 5, 5)[:, 1]

    assert 5 * 8 == len(squares)
    torch.testing.assert_close(squares[:, 2:] - squares[:, :-2], down[:, 1:-1])


def test_a_crop_that_holds_no_patch_is_told_with_the_least_that_does() -> None:
    network = scsr(2, patch=5, overlap=4)
    gradients, details = network.examples(image(9, 9), image(18, 18))

    assert (1, 1) == (len(gradients), len(details))
    with pytest.raises(LearningError, match=r"^patch: crops of 8 LR pixels hold no patch .*; at least 9$"):
        network.examples(image(8, 30), image(16, 60))


@pytest.mark.parametrize(
    ("scale", "patch", "overlap", "line"),
    [
        (2, 5, 5, r"^overlap: is 5; must be below `patch`, 5$"),
        (3, 5, 4, r"^patch: 5 pixels .* no whole number of HR pixels at x3; .* even$"),
        (3, 6, 5, r"^overlap: 5 pixels .* no whole number of HR pixels at x3; .* even$"),
    ],
)
def test_patches_that_cannot_be_are_told_in_one_line(scale: int, patch: int, overlap: int, line: str) -> None:
    with pytest.raises(LearningError, match=line):
        scsr(scale, patch=patch, overlap=overlap)


@pytest.mark.parametrize(("overlap", "far"), [(5, False), (4, False), (3, True), (2, False), (1, True), (0, True)])
def test_an_image_whose_tiles_would_be_cut_on_another_grid_is_restored_whole(overlap: int, far: bool) -> None:
    assert far is scsr(2, overlap=overlap).looks_far


def test_bf16_around_it_changes_nothing() -> None:
    network, lr = scsr(), image(9, 12)
    with torch.autocast("cpu", torch.bfloat16):
        around = run(network, lr)

    assert torch.equal(run(network, lr), around)
    assert torch.float32 == run(network, lr.bfloat16()).dtype


def test_a_compiled_network_restores_the_same() -> None:
    network, lr = scsr(), image(9, 12)
    plain = run(network, lr)
    network.compile(backend="eager")

    assert torch.equal(plain, run(network, lr))


def test_patches_coded_in_strips_are_those_coded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    network, lr = scsr(), image(14, 9)
    together = network.pasted(lr)
    monkeypatch.setattr("pipeline.networks.scsr.AT_ONCE", 20)

    torch.testing.assert_close(together, network.pasted(lr), rtol=0, atol=1e-4)


def test_a_flat_image_stays_flat() -> None:
    torch.testing.assert_close(torch.full((1, 1, 15, 18), 0.4), run(scsr(3), torch.full((1, 1, 5, 6), 0.4)))
