"""Sparse codes: signals as sums of few atoms of a dictionary, by a penalty on the absolute values of the weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import softshrink
from torch.utils.flop_counter import register_flop_formula

_AT_ONCE = 512
"""So many signals are coded together: what they need stays in the processor's cache."""
_LEAST = 1e-12
"""Below this squared length an atom is none."""


@torch.library.custom_op("super_resolution::sparse_codes", mutates_args=())
def sparse_codes(signals: Tensor, atoms: Tensor, sparsity: float, iterations: int) -> Tensor:
    """Return the codes that minimise ½‖signal - code · atoms‖² + sparsity ‖code‖₁, one for each signal.

    Greedy coordinate descent: of every code the weight that would change most becomes the best it can be beside the
    others, again and again (Li, Osher, "Coordinate descent optimization for l1 minimization with application to
    compressed sensing; a greedy algorithm", Inverse Problems and Imaging 2009). It converges to the minimum; where few
    weights are not zero, sooner than methods that move all of them, as iterated shrinkage does. Yang et al. solve the
    same problem by feature-sign search (Lee, Battle, Raina, Ng, NIPS 2006).

    To torch it is one operation: compilers do not write out the iterations, and what counts multiply-adds counts all.

    Args:
        signals: (n, d) float32.
        atoms: (K, d) float32, of any length.
        sparsity: the weight of the penalty, in the unit of a squared signal.
        iterations: how many weights of each code are moved.

    Returns:
        The codes (n, K).
    """
    gram = atoms @ atoms.T
    lengths = gram.diagonal().clamp(min=_LEAST)
    others = gram - torch.diag(gram.diagonal())
    found = [part @ atoms.T for part in torch.split(signals, _AT_ONCE)]
    return torch.cat([_descended(each, others, lengths, sparsity, iterations) for each in found])


def _descended(rest: Tensor, others: Tensor, lengths: Tensor, sparsity: float, iterations: int) -> Tensor:
    """Return the codes (n, K).

    Args:
        rest: what each atom finds in the signals (n, K), less the shares of all others; changed in place.
        others: products of atoms (K, K), 0 of each with itself.
        lengths: of the atoms, squared (K,).
    """
    codes = torch.zeros_like(rest)
    for _ in range(iterations):
        change = rest - rest.clamp(-sparsity, sparsity)
        change.div_(lengths).sub_(codes).abs_()
        most = change.argmax(1, keepdim=True)
        best = softshrink(rest.gather(1, most), sparsity) / lengths[most]
        moved = best - codes.gather(1, most)
        codes.scatter_(1, most, best)
        rest.addcmul_(others[most[:, 0]], moved, value=-1)
    return codes


@sparse_codes.register_fake
def _(signals: Tensor, atoms: Tensor, _sparsity: float, _iterations: int) -> Tensor:
    return signals.new_empty(len(signals), len(atoms))


@register_flop_formula(torch.ops.super_resolution.sparse_codes)
def _operations(
    _signals: Sequence[int], atoms: Sequence[int], _sparsity: float, iterations: int, *, out_shape: Sequence[int]
) -> int:
    """Return two for each multiply-add: of atoms with atoms and signals, and of what every iteration moves."""
    (count, many), length = out_shape, atoms[1]
    return 2 * many * (many * length + count * length + count * iterations)
