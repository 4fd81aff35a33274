"""One seed for everything: from it, a source of randomness for each purpose, none like another."""

from __future__ import annotations

import random

import torch


def derive(seed: int, purpose: str) -> int:
    """Return a seed for one purpose, so that data, shuffling and initialization do not draw the same numbers."""
    return random.Random(f"{purpose} {seed}").getrandbits(63)  # noqa: S311 - no cryptography


def generator(seed: int) -> torch.Generator:
    """Return a generator on the CPU that starts at `seed`, as torch does after `torch.manual_seed(seed)`."""
    return torch.Generator().manual_seed(seed)
