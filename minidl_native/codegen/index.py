"""Indices: sums of loop counters, each times a constant, and a constant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

Index: TypeAlias = Mapping[str, int]
"""The factor of each loop counter, by its name; the constant is that of the empty name."""

ZERO: Index = {}


def constant_index(value: int) -> Index:
    """Return an index without counters."""
    return {"": value} if value else ZERO


def plus(*indices: Index) -> Index:
    """Return the sum of indices."""
    total: dict[str, int] = {}
    for index in indices:
        for counter, factor in index.items():
            total[counter] = total.get(counter, 0) + factor
    return total


def multiple(index: Index, factor: int) -> Index:
    """Return a multiple of an index."""
    return {counter: own * factor for counter, own in index.items()} if factor else ZERO


def along(indices: Iterable[Index], strides: Iterable[int], offset: int = 0) -> Index:
    """Return the place of an element from its index and the stride along each dimension."""
    total: dict[str, int] = {"": offset} if offset else {}
    for index, stride in zip(indices, strides, strict=True):
        if stride:
            for counter, factor in index.items():
                total[counter] = total.get(counter, 0) + factor * stride
    return total
