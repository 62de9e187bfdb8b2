"""Learning a dictionary: what is minimised falls, what was planted is found, and what does not count stays out."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from pipeline.blocks.sparse_codes import sparse_codes
from pipeline.errors import LearningError
from pipeline.kinds import Fields
from pipeline.learning.ranks import Ranks
from pipeline.networks.scsr import ScSR
from pipeline.recipes.sparse_coding import SparseCoding

SEEN, RESTORED = 8, 4


class Bare(nn.Module):
    """A network whose patches are handed to it: ``lr_y`` is what is seen of them, ``hr_y`` what is restored."""

    scale = 2

    def __init__(self, atoms: int) -> None:
        super().__init__()
        self.dictionary = nn.Parameter(normalize(torch.randn(atoms, SEEN + RESTORED)), requires_grad=False)

    def examples(self, lr_y: Tensor, hr_y: Tensor) -> tuple[Tensor, Tensor]:
        return lr_y, hr_y

    def forward(self, lr_y: Tensor) -> dict[str, Tensor]:
        return {"sr_y": lr_y}


def bare(atoms: int = 6, **options: Any) -> SparseCoding:
    torch.manual_seed(0)
    return SparseCoding(Bare(atoms), **{"variance": 0.0, **options})


def scsr(**options: Any) -> SparseCoding:
    torch.manual_seed(0)
    return SparseCoding(ScSR(2, atoms=12, patch=4, overlap=2), **options)


def chance(*size: int, seed: int = 1) -> Tensor:
    return torch.randn(size, generator=torch.Generator().manual_seed(seed))


def patches(count: int = 10, seed: int = 1) -> Fields:
    both = chance(count, SEEN + RESTORED, seed=seed)
    return {"lr_y": both[:, :SEEN], "hr_y": both[:, SEEN:]}


def crops(count: int = 4) -> Fields:
    hr = torch.rand(count, 1, 32, 32, generator=torch.Generator().manual_seed(2))
    return {"lr_y": torch.nn.functional.avg_pool2d(hr, 2), "hr_y": hr}


def test_it_reads_the_fields_that_the_patches_of_its_network_are_cut_from() -> None:
    assert {"lr_y", "hr_y"} == scsr().reads


def test_a_patch_is_both_parts_each_by_the_root_of_its_length_brought_to_length_one() -> None:
    seen, restored = torch.full((1, SEEN), 2.0), torch.tensor([[0.3, 0.1, -0.1, -0.3]])
    (patch,) = bare().patches({"lr_y": seen, "hr_y": restored})
    both = torch.cat([seen[0] / 8**0.5, restored[0] / 4**0.5])

    torch.testing.assert_close(both / both.norm(), patch)


def test_patches_without_contrast_are_left_out() -> None:
    levels = torch.tensor([[1.0, -1.0, 1.0, -1.0], [3.0, -3.0, 3.0, -3.0], [5.0, -5.0, 5.0, -5.0]]) / 255
    batch = {"lr_y": chance(3, SEEN), "hr_y": levels}  # of variance 4/3, 12 and 33

    assert [3, 2, 1, 0] == [len(bare(variance=variance).patches(batch)) for variance in (1, 11, 13, 34)]


def test_what_is_lost_is_the_rest_and_the_penalty() -> None:
    recipe = bare(sparsity=0.25)
    given, codes = normalize(chance(3, SEEN + RESTORED)), chance(3, 6, seed=3)
    rest = given - codes @ recipe.dictionary

    torch.testing.assert_close(
        torch.stack([each @ each / 2 for each in rest]) + 0.25 * codes.abs().sum(1), recipe.lost(given, codes)
    )


def test_a_step_tells_what_the_atoms_lost_before_it_and_judging_the_same_without_learning() -> None:
    recipe, batch = scsr(), crops()
    given, before = recipe.patches(batch), recipe.dictionary.clone()
    expected = recipe.lost(given, sparse_codes(given, before, 0.15, 100)).mean()
    judged = recipe.judge(batch)["loss"]

    assert torch.equal(before, recipe.dictionary)
    assert torch.equal(expected, judged)
    assert torch.equal(expected, recipe.step(batch)["loss"])
    assert not torch.equal(before, recipe.dictionary)


def test_what_is_minimised_falls_on_batches_that_were_never_seen() -> None:
    recipe, other = scsr(), {name: field.flip(-1) for name, field in crops(8).items()}
    lost = [float(recipe.judge(other)["loss"])]
    for _ in range(3):
        recipe.step(crops(8))
        lost.append(float(recipe.judge(other)["loss"]))

    assert all(later < before for before, later in itertools.pairwise(lost))
    assert lost[-1] < 0.9 * lost[0]


def test_atoms_that_were_planted_are_found() -> None:
    """Patches are sums of two of six atoms; whoever learns them finds the six, up to their signs."""
    planted = normalize(chance(6, SEEN + RESTORED, seed=5))
    recipe = bare(6, sparsity=0.2)
    roots = torch.tensor([SEEN**0.5] * SEEN + [RESTORED**0.5] * RESTORED)
    for step in range(40):
        which = torch.rand(60, 6, generator=torch.Generator().manual_seed(step)).argsort(1) < 2
        both = (chance(60, 6, seed=step) * which) @ planted * roots
        recipe.step({"lr_y": both[:, :SEEN], "hr_y": both[:, SEEN:]})
    alike = (recipe.dictionary @ planted.T).abs()

    assert [*range(6)] == alike.argmax(0).sort().values.tolist()
    assert float(alike.amax(0).min()) > 0.99


def test_no_atom_is_longer_than_one() -> None:
    recipe = bare()
    for seed in range(5):
        recipe.step(patches(seed=seed))

    assert pytest.approx(1, abs=1e-6) == float(recipe.dictionary.norm(dim=1).max())


def test_every_atom_is_moved_to_its_best_beside_the_others() -> None:
    """After many rounds no atom could be better: the slope of the sum of squares is 0, or it is held at length 1."""
    recipe = bare(4)
    codes, given = chance(30, 4, seed=7), 0.5 * chance(30, SEEN + RESTORED, seed=8)
    given[:, 0] += 3 * codes[:, 2]
    recipe.get_buffer("used").copy_(codes.T @ codes)
    recipe.get_buffer("sought").copy_(codes.T @ given)
    with torch.no_grad():
        for _ in range(200):
            recipe._move()
        slope = codes.T @ (given - codes @ recipe.dictionary)
    lengths = recipe.dictionary.norm(dim=1)
    held = (lengths > 1 - 1e-5).tolist()

    assert [False, False, True, False] == held
    torch.testing.assert_close(torch.zeros(3, SEEN + RESTORED), slope[[0, 1, 3]], rtol=0, atol=1e-4)
    torch.testing.assert_close(recipe.dictionary[2], normalize(slope[2], dim=0), rtol=0, atol=1e-4)
    assert float(slope[2] @ recipe.dictionary[2]) > 0


@pytest.mark.parametrize("forgetting", [0.0, 2.0])
def test_a_step_counts_less_the_older_it_is(forgetting: float, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = bare(6, forgetting=forgetting)
    monkeypatch.setattr(recipe, "_renew", lambda *_: None)
    given = [recipe.patches(patches(seed=seed)) for seed in range(3)]
    found = [chance(10, 6, seed=seed) for seed in range(3)]
    weights = [(step / 3) ** forgetting for step in (1, 2, 3)]
    for seed, codes in enumerate(found):
        monkeypatch.setattr(recipe, "codes", lambda _, codes=codes: codes)
        recipe.step(patches(seed=seed))
    used = sum(weight * codes.T @ codes for weight, codes in zip(weights, found, strict=True))
    sought = sum(weight * codes.T @ each for weight, codes, each in zip(weights, found, given, strict=True))

    torch.testing.assert_close(used, recipe.get_buffer("used"))
    torch.testing.assert_close(sought, recipe.get_buffer("sought"))


def test_an_atom_that_nobody_uses_becomes_the_patch_that_was_coded_worst() -> None:
    recipe, batch = bare(6), patches()
    recipe.dictionary[4] = 0
    given = recipe.patches(batch)
    worst = recipe.lost(given, recipe.codes(given)).argmax()
    recipe.step(batch)

    assert torch.equal(given[worst], recipe.dictionary[4])
    assert 5 == len(recipe.get_buffer("used").diagonal().nonzero())


def test_of_an_atom_that_is_renewed_nothing_is_remembered_of_the_others_all() -> None:
    recipe, given = bare(6), normalize(chance(3, SEEN + RESTORED))
    used, sought = recipe.get_buffer("used").fill_(0.5), recipe.get_buffer("sought").fill_(0.5)
    used.fill_diagonal_(1.0)[4, 4] = 1e-5
    with torch.no_grad():
        recipe._renew(given, torch.tensor([0.1, 0.3, 0.2]))
    others = torch.tensor([0, 1, 2, 3, 5])

    assert torch.equal(given[1], recipe.dictionary[4])
    assert not used[4].any()
    assert not used[:, 4].any()
    assert not sought[4].any()
    assert bool(used[others][:, others].all())
    assert bool(sought[others].all())


def test_more_idle_atoms_than_patches_are_renewed_as_far_as_these_go() -> None:
    recipe = bare(40, sparsity=0.6)
    given = recipe.patches(patches(3))
    recipe.step(patches(3))

    assert 3 == sum(bool((given == atom).all(1).any()) for atom in recipe.dictionary)


def test_a_batch_without_contrast_teaches_nothing() -> None:
    recipe = scsr()
    recipe.step(crops())
    before = recipe.dictionary.clone()
    flat = {name: torch.full_like(field, 0.5) for name, field in crops().items()}
    told = [recipe.judge(flat)["loss"], recipe.step(flat)["loss"]]

    assert [0, 0] == [float(each) for each in told]
    torch.testing.assert_close(before, recipe.dictionary, rtol=0, atol=0.2)


def test_a_batch_in_parts_teaches_what_the_whole_teaches() -> None:
    whole, parted = scsr(), scsr()
    parted.accumulate = 2
    told = [recipe.step(crops())["loss"] for recipe in (whole, parted)]

    torch.testing.assert_close(*told)
    torch.testing.assert_close(whole.state_dict(), parted.state_dict(), rtol=0, atol=1e-4)


def test_there_is_no_rate_that_a_schedule_could_change() -> None:
    assert [1.0, 1.0] == [scsr().pace(progress) for progress in (0.0, 0.9)]
    assert {} == scsr().progress_state()["optimizers"]


def test_several_devices_are_refused() -> None:
    recipe = scsr()
    recipe.ranks = Ranks(0, 2)

    with pytest.raises(LearningError, match=r"^SR_DEVICE: a dictionary is learnt on one device, not on 2$"):
        recipe.step(crops())


def test_a_network_without_a_dictionary_is_refused() -> None:
    with pytest.raises(LearningError, match=r"^network: `Conv2d` has no dictionary to learn; `scsr` has one$"):
        SparseCoding(nn.Conv2d(1, 1, 1))
