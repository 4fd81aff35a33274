"""Splits off test rows at random, in proportion to the classes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator

from minidl_core import DataError

Indices = NDArray[np.int64]


def split(classes: Indices, share: float, source: Generator, name: str) -> tuple[Indices, Indices]:
    """Return the indices of the training and the test rows, each in the order of the table.

    Args:
        classes: the class index of each row; all 0 for a regression.
        share: the share of test rows, in each class as nearly as possible.
        source: the generator of random numbers.
        name: the name of the table, for messages.

    Raises:
        DataError: there are too few rows for a training row of each class and a test row.
    """
    shuffled = torch.randperm(len(classes), generator=source).numpy()
    counts = np.bincount(classes)
    ties = torch.rand(len(counts), generator=source).numpy()
    in_test = _test_counts(counts, share, ties)
    if not in_test.any():
        raise DataError(
            f"{name} has too few rows ({len(classes)}) for a training row of each class and a test row: "
            f"give more rows, or a file of test rows with test=PATH"
        )
    by_class = shuffled[np.argsort(classes[shuffled], kind="stable")]
    rank = np.arange(len(classes)) - np.repeat(np.cumsum(counts) - counts, counts)
    tested = np.zeros(len(classes), dtype=bool)
    tested[by_class[rank < np.repeat(in_test, counts)]] = True
    return np.flatnonzero(~tested), np.flatnonzero(tested)


def _test_counts(counts: Indices, share: float, ties: NDArray[np.float32]) -> Indices:
    """Return the number of test rows of each class: at least one in total, and never all rows of a class.

    If a class has too few rows, the others give more, in proportion to the rows they have left. Fractions are rounded
    by the largest remainder, and equal remainders by `ties`.
    """
    room = np.maximum(counts - 1, 0)
    total = min(max(round(share * int(counts.sum())), 1), int(room.sum()))
    quota = np.minimum(total * counts / counts.sum(), room)
    left = room - quota
    if left.sum() > 0:
        quota += (total - quota.sum()) * left / left.sum()
    # Remainders that differ by rounding only are equal.
    given: Indices = np.floor(quota + 1e-9).astype(np.int64)
    remainder = np.round(quota - given, 9)
    largest = np.lexsort((ties, -remainder))[: total - int(given.sum())]
    given[largest] += 1
    return given
