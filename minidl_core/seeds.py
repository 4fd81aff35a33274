"""Derive independent random generators from one seed."""

from __future__ import annotations

import random

import torch


def derive(seed: int, purpose: str) -> int:
    """Return the seed for one purpose, so that data, shuffling and initialization draw different numbers."""
    return random.Random(f"{purpose} {seed}").getrandbits(63)  # noqa: S311 - no cryptography


def generator(seed: int) -> torch.Generator:
    """Return a CPU generator in the state of torch's own after `torch.manual_seed(seed)`."""
    return torch.Generator().manual_seed(seed)
