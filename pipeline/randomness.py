"""Generators from keys: the same keys give the same chance, whatever was drawn before."""

import hashlib
import json

import numpy as np


def seed_of(*keys: str | int) -> int:
    """Return a 64-bit seed that depends on all of ``keys`` and on nothing else."""
    return int.from_bytes(hashlib.sha256(json.dumps(keys).encode()).digest()[:8], "big")


def generator(*keys: str | int) -> np.random.Generator:
    """Return the generator of ``keys``, for instance (seed, pairs name, image key)."""
    return np.random.Generator(np.random.PCG64(seed_of(*keys)))
