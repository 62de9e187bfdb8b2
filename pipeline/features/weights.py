"""Weights that others have learnt: files pinned by their sums, had as archives are."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from pipeline.archives.having import have
from pipeline.archives.packing import Archive, Packing
from pipeline.errors import SourceError
from pipeline.kinds import Store


def weights(files: Sequence[Archive], store: Store, wanted: str) -> dict[str, Tensor]:
    """Return the tensors, by their names in the file, of the first of ``files`` that can be had.

    Args:
        files: any of them has all that is wanted; one that needs no download is preferred.
        store: where they are looked for, and downloaded to.
        wanted: what they are for, as the message says it.

    Raises:
        SourceError: none can be had, or one is not what its sum says; the line names what to put where.
    """
    try:
        had = have([Packing((each,), {}) for each in files], store)
    except SourceError as error:
        raise SourceError(f"{wanted}: {error}; {_by_hand(files, store)}") from None
    tensors: dict[str, Tensor] = torch.load(had.paths[0], map_location="cpu", weights_only=True)
    return tensors


def _by_hand(files: Sequence[Archive], store: Store) -> str:
    """Say what to download, and where to put it."""
    ways = [f"{each.addresses[0] if each.addresses else each.name} ({each.origin})" for each in files]
    return f"by hand: put {', or '.join(ways)} into {store.folder}"
