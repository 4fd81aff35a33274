"""Domains of loops: dimensions that all views step through evenly are merged into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import mul
from typing import NamedTuple

from minidl_native.kernels.view import View


class Access(NamedTuple):
    """How a view steps through a domain: its first element, and its stride along each dimension."""

    offset: int
    strides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """The dimensions of nested loops, from the outermost to the innermost.

    Attributes:
        sizes: the size of each dimension.
        accesses: how each view steps through them.
    """

    sizes: tuple[int, ...]
    accesses: dict[View, Access]


def merged(views: Sequence[View], groups: Iterable[Sequence[int]]) -> tuple[Domain, tuple[int, ...]]:
    """Return a domain for views of one shape.

    Args:
        views: the views; their order decides the order of loops: the first one's strides descend.
        groups: the dimensions, in groups; only dimensions of one group are merged.

    Returns:
        The domain, and the number of its dimensions that come from each group, in order.
    """
    shape = views[0].shape
    distinct = list(dict.fromkeys(views))
    sizes: list[int] = []
    kept: list[list[int]] = [[] for _ in distinct]
    counts = []
    for group in groups:
        merged_sizes, strides = _merge(shape, distinct, group)
        counts.append(len(merged_sizes))
        sizes += merged_sizes
        for own, more in zip(kept, strides, strict=True):
            own.extend(more)
    accesses = {view: Access(view.offset, tuple(strides)) for view, strides in zip(distinct, kept, strict=True)}
    return Domain(tuple(sizes), accesses), tuple(counts)


def _merge(shape: Sequence[int], views: Sequence[View], group: Sequence[int]) -> tuple[list[int], list[list[int]]]:
    dims = [dim for dim in group if shape[dim] != 1]
    dims.sort(key=lambda dim: [-view.strides[dim] for view in views])
    sizes = [shape[dim] for dim in dims]
    strides = [[view.strides[dim] for dim in dims] for view in views]
    for outer in range(len(dims) - 2, -1, -1):
        if all(own[outer] == own[outer + 1] * sizes[outer + 1] for own in strides):
            sizes[outer : outer + 2] = [sizes[outer] * sizes[outer + 1]]
            for own in strides:
                own[outer : outer + 2] = [own[outer + 1]]
    return sizes, strides


def elements(sizes: Iterable[int]) -> int:
    """Return the number of elements of a domain."""
    return reduce(mul, sizes, 1)
