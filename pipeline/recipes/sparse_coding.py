"""Learning a coupled dictionary by sparse coding: no gradient, no learning rate.

Yang, Wright, Huang, Ma, "Image Super-Resolution via Sparse Representation", IEEE TIP 2010, section III, whose fixed
sample of 100,000 patches is here another batch in every step: Mairal, Bach, Ponce, Sapiro, "Online Dictionary Learning
for Sparse Coding", ICML 2009, algorithms 1 and 2; "Online Learning for Matrix Factorization and Sparse Coding", JMLR
2010, arXiv:0908.0050, section 3.4.
"""

from __future__ import annotations

from math import sqrt
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.nn.functional import normalize

from pipeline.blocks.sparse_codes import sparse_codes
from pipeline.bounds import NotNegative, OneOrMore
from pipeline.errors import LearningError
from pipeline.fields import needs, pick
from pipeline.kinds import Fields, Network, Supplied
from pipeline.learning.handing import Handing
from pipeline.learning.recipe import Recipe, Scalars, parts_of

__all__ = ["SparseCoding"]

LEVELS = 255
RARE = 1e-4
"""An atom is renewed when the squares of its weights are a smaller share than this of the mean atom's."""
_LEAST = 1e-12
"""Stands for no use at all where something is divided by it."""


@runtime_checkable
class Coupled(Protocol):
    """A network with a parameter ``dictionary``, atoms (K, N + M), and patches that they are learnt from."""

    def examples(self, lr_y: Tensor, hr_y: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is seen of patches, (n, N), and what is restored of them, (n, M), both in [-1, 1] or so."""


class SparseCoding(Recipe):
    """Learns atoms whose sparse sums are both parts of a patch at once, the seen and the restored.

    Minimised is the mean over patches of ½‖patch - code · dictionary‖² + sparsity ‖code‖₁, where no atom is longer than
    1. A patch is its two parts, one divided by √N and the other by √M as in the paper, one behind the other, and then
    brought to length 1. Patches without contrast are left out.

    The paper takes turns: all codes, then all atoms. Here a step codes the patches of its batch by the atoms as they
    are, adds what the atoms need to know of the codes to two sums, and moves each atom to its best by those sums. The
    older a step, the less it counts. An atom that is hardly used becomes one of the patches that were coded worst.

    Args:
        network: a network with a dictionary (``scsr``).
        sparsity: the weight of the penalty (the authors' code: 0.15).
        iterations: of the solver.
        variance: what the variance of an HR patch must exceed, in squared levels of 255 (the authors' code: 10).
        forgetting: in step t, step s counts (s / t) to this power (JMLR; 0: all alike).
    """

    def __init__(
        self,
        network: Supplied[Network],
        sparsity: NotNegative = 0.15,
        iterations: OneOrMore = 100,
        variance: NotNegative = 10.0,
        forgetting: NotNegative = 4.0,
    ) -> None:
        super().__init__()
        if not isinstance(network, Coupled):
            raise LearningError(f"network: `{type(network).__name__}` has no dictionary to learn; `scsr` has one")
        self.network = network
        self.sparsity = sparsity
        self.iterations = iterations
        self.variance = variance
        self.forgetting = forgetting
        self.hand = Handing(network)
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.register_buffer("used", torch.zeros(len(self.dictionary), len(self.dictionary)))
        self.register_buffer("sought", torch.zeros_like(self.dictionary))

    @property
    def dictionary(self) -> Tensor:
        """The atoms (K, N + M) that are learnt."""
        return self.network.get_parameter("dictionary")

    @property
    def reads(self) -> set[str]:
        """The fields that patches are cut from."""
        return {*needs(self.network.examples)}

    @torch.no_grad()
    def restore(self, batch: Fields) -> Fields:
        """Run the network."""
        return self.hand(batch)

    @torch.no_grad()
    def step(self, batch: Fields) -> Scalars:
        """Learn once; ``loss`` is what is minimised, by the atoms as they were; 0 where no patch has contrast.

        Raises:
            LearningError: several devices learn.
        """
        if self.ranks.count > 1:
            raise LearningError(f"SR_DEVICE: a dictionary is learnt on one device, not on {self.ranks.count}")
        self._forget()
        found = [self._add(self.patches(part)) for part in parts_of(batch, self.accumulate)]
        patches, lost = (torch.cat(each) for each in zip(*found, strict=True))
        self._move()
        self._renew(patches, lost)
        return {"loss": _mean(lost)}

    @torch.no_grad()
    def judge(self, batch: Fields) -> Scalars:
        """Return what is minimised on held-out ``batch``."""
        patches = self.patches(batch)
        return {"loss": _mean(self.lost(patches, self.codes(patches)))}

    def patches(self, batch: Fields) -> Tensor:
        """Return the patches (n, N + M) of ``batch`` that have contrast, each of length 1."""
        seen, restored = self.network.examples(**pick(needs(self.network.examples), batch, type(self.network).__name__))
        both = torch.cat([part / sqrt(part.shape[1]) for part in (seen, restored)], dim=1)
        return normalize(both[restored.var(1) > self.variance / LEVELS**2])

    def codes(self, patches: Tensor) -> Tensor:
        """Return the codes (n, K) of ``patches`` by the atoms as they are."""
        return sparse_codes(patches, self.dictionary, self.sparsity, self.iterations)

    def lost(self, patches: Tensor, codes: Tensor) -> Tensor:
        """Return what is minimised, (n,), of ``patches`` and their ``codes``."""
        return (patches - codes @ self.dictionary).square().sum(1) / 2 + self.sparsity * codes.abs().sum(1)

    def _forget(self) -> None:
        """Begin a step: let those before count less."""
        self.get_buffer("steps").add_(1)
        share = (1 - 1 / int(self.get_buffer("steps"))) ** self.forgetting
        for name in ("used", "sought"):
            self.get_buffer(name).mul_(share)

    def _add(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Code ``patches`` and add to the sums, A and B of Mairal et al.; return them and what is lost of each."""
        codes = self.codes(patches)
        self.get_buffer("used").addmm_(codes.T, codes)
        self.get_buffer("sought").addmm_(codes.T, patches)
        return patches, self.lost(patches, codes)

    def _move(self) -> None:
        """Move every atom, one after the other, to its best by the sums (algorithm 2)."""
        atoms, used = self.dictionary, self.get_buffer("used")
        uses = used.diagonal().clamp(min=_LEAST)
        for atom, beside, sought, use in zip(atoms, used, self.get_buffer("sought"), uses, strict=True):
            atom += (sought - beside @ atoms) / use
            atom /= atom.norm().clamp(min=1)

    def _renew(self, patches: Tensor, lost: Tensor) -> None:
        """Put the patches that were coded worst in the place of atoms that are hardly used."""
        used, sought = self.get_buffer("used"), self.get_buffer("sought")
        uses = used.diagonal()
        rare = (uses < RARE * uses.mean()).nonzero()[: len(patches), 0]
        self.dictionary[rare] = patches[lost.topk(len(rare)).indices]
        used[rare] = used[:, rare] = sought[rare] = 0


def _mean(lost: Tensor) -> Tensor:
    return lost.sum() / max(len(lost), 1)
