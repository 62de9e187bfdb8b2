"""Sparse codes are the minimum, found another way, and what a minimum must be."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from torch import Tensor
from torch.nn.functional import normalize, softshrink
from torch.utils.flop_counter import FlopCounterMode

from pipeline.blocks.sparse_codes import sparse_codes

ENOUGH = 1000
SPARSITY = 0.2


def made(count: int, length: int, seed: int) -> Tensor:
    return torch.randn(count, length, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def signals(count: int = 12, length: int = 12) -> Tensor:
    return normalize(made(count, length, seed=1))


def dictionary(kind: str, count: int = 40, length: int = 12) -> Tensor:
    """Return atoms of length 1, of lengths between 0.4 and 1, or that are nearly the same in pairs."""
    atoms = normalize(made(count, length, seed=2))
    if kind == "short":
        return atoms * torch.linspace(0.4, 1, count, dtype=torch.float64)[:, None]
    if kind == "alike":
        return normalize(atoms[: count // 2].repeat(2, 1) + 0.2 * made(count, length, seed=3) / length**0.5)
    return atoms


def objective(codes: Tensor, of: Tensor, atoms: Tensor) -> Tensor:
    return (of - codes @ atoms).square().sum(1) / 2 + SPARSITY * codes.abs().sum(1)


def by_quasi_newton(signal: Tensor, atoms: Tensor) -> Tensor:
    """Return the code of one signal: positive and negative parts are unknowns with bounds, the problem is smooth."""
    D, y = atoms.numpy(), signal.numpy()

    def lost(parts: np.ndarray) -> tuple[float, np.ndarray]:
        code = parts[: len(D)] - parts[len(D) :]
        rest = code @ D - y
        slope = D @ rest
        return rest @ rest / 2 + SPARSITY * parts.sum(), np.concatenate([slope, -slope]) + SPARSITY

    options = {"maxiter": 5000, "maxfun": 100_000, "ftol": 1e-15, "gtol": 1e-10}
    found = minimize(
        lost, np.zeros(2 * len(D)), jac=True, method="L-BFGS-B", bounds=[(0, None)] * (2 * len(D)), options=options
    )
    return torch.from_numpy(found.x[: len(D)] - found.x[len(D) :])


@pytest.mark.parametrize("kind", ["unit", "short", "alike"])
def test_the_codes_are_those_that_another_method_finds(kind: str) -> None:
    of, atoms = signals(6), dictionary(kind)
    expected = torch.stack([by_quasi_newton(each, atoms) for each in of])
    codes = sparse_codes(of, atoms, SPARSITY, ENOUGH)

    torch.testing.assert_close(objective(expected, of, atoms), objective(codes, of, atoms), rtol=1e-6, atol=0)
    torch.testing.assert_close(expected @ atoms, codes @ atoms, rtol=0, atol=1e-4)


@pytest.mark.parametrize("kind", ["unit", "short", "alike"])
def test_no_weight_of_a_code_can_be_bettered(kind: str) -> None:
    """A weight that is not 0 balances the penalty, one that is 0 cannot outweigh it (Karush, Kuhn, Tucker)."""
    of, atoms = signals(), dictionary(kind)
    codes = sparse_codes(of, atoms, SPARSITY, ENOUGH)
    slope = (of - codes @ atoms) @ atoms.T
    idle = codes == 0

    assert 0.02 < float((~idle).float().mean()) < 0.5
    torch.testing.assert_close(SPARSITY * codes.sign()[~idle], slope[~idle], rtol=0, atol=1e-4)
    assert float(slope[idle].abs().max()) <= SPARSITY + 1e-4


def test_the_gap_to_the_best_that_can_be_closes_with_the_iterations() -> None:
    """The gap to the dual problem bounds what is lost above the minimum."""
    of, atoms = signals().float(), dictionary("unit").float()

    def gap(iterations: int) -> float:
        codes = sparse_codes(of, atoms, SPARSITY, iterations)
        rest = of - codes @ atoms
        dual = rest * (SPARSITY / (rest @ atoms.T).abs().amax(1, keepdim=True)).clamp(max=1)
        best = of.square().sum(1) / 2 - (of - dual).square().sum(1) / 2
        return float((objective(codes, of, atoms) - best).mean())

    gaps = [gap(iterations) for iterations in (5, 20, 80, 320)]

    assert all(later < before / 4 for before, later in pairwise(gaps))
    assert abs(gaps[-1]) < 1e-6


def test_by_atoms_at_right_angles_each_weight_is_shrunk_alone() -> None:
    of, atoms = signals(9, 8), torch.linalg.qr(made(8, 8, seed=4)).Q

    torch.testing.assert_close(softshrink(of @ atoms.T, SPARSITY), sparse_codes(of, atoms, SPARSITY, 8))


def test_a_sum_of_few_atoms_is_coded_by_these_atoms() -> None:
    atoms, used = dictionary("unit", 40, 30), torch.tensor([[3, 17, 31], [5, 6, 39]])
    weights = torch.tensor([[1.0, -2.0, 1.5], [-1.0, 2.0, 1.0]], dtype=torch.float64)
    of = torch.einsum("nk,nkd->nd", weights, atoms[used])
    codes = sparse_codes(of, atoms, 1e-3, ENOUGH)

    assert used.tolist() == codes.abs().topk(3).indices.sort().values.tolist()
    torch.testing.assert_close(weights, codes.gather(1, used), rtol=0, atol=0.02)


def test_nothing_is_coded_by_nothing() -> None:
    of, atoms = signals(), dictionary("unit")
    atoms[7] = 0
    loud, silent = (sparse_codes(of, atoms, sparsity, 50) for sparsity in (SPARSITY, 1.0))

    assert bool(loud.any())
    assert not bool(loud[:, 7].any())
    assert not bool(silent.any())
    assert not bool(sparse_codes(torch.zeros_like(of), atoms, 0.0, 50).any())


def test_every_signal_is_coded_alone() -> None:
    of, atoms = signals(), dictionary("unit")
    alone = torch.cat([sparse_codes(each[None], atoms, SPARSITY, 40) for each in of])

    torch.testing.assert_close(alone, sparse_codes(of, atoms, SPARSITY, 40))


def test_signals_that_are_coded_in_turns_are_coded_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    of, atoms = signals(), dictionary("unit")
    together = sparse_codes(of, atoms, SPARSITY, 40)
    monkeypatch.setattr("pipeline.blocks.sparse_codes._AT_ONCE", 5)

    torch.testing.assert_close(together, sparse_codes(of, atoms, SPARSITY, 40))


def test_to_torch_it_is_one_operation_whose_multiply_adds_are_counted() -> None:
    """By 40 atoms of length 12 are coded 7 signals in 9 steps; 40 x 40 and 7 x 40 products of 12, 9 x 7 x 40 moved."""
    of, atoms = signals(7), dictionary("unit")
    torch.library.opcheck(sparse_codes, (of, atoms, SPARSITY, 9), test_utils=("test_schema", "test_faketensor"))
    with FlopCounterMode(display=False) as counter:
        sparse_codes(of.to("meta"), atoms.to("meta"), SPARSITY, 9)

    assert 2 * (40 * 40 * 12 + 7 * 40 * 12 + 9 * 7 * 40) == counter.get_total_flops()
