"""A test share of the rows, split off at random, class by class."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator

from minidl_core import DataError

Indices = NDArray[np.int64]


def split(classes: Indices, share: float, source: Generator, name: str) -> tuple[Indices, Indices]:
    """Return the training and the test rows, each in the table's order.

    Args:
        classes: the class of each row, from 0 on; all 0 where there are none.
        share: the share of the rows to test with, of each class as nearly as whole rows permit.
        source: what the rows are drawn from.
        name: the table's, for messages.

    Raises:
        DataError: there are too few rows for one to test with and one of each class to train with.
    """
    shuffled = torch.randperm(len(classes), generator=source).numpy()
    counts = np.bincount(classes)
    ties = torch.rand(len(counts), generator=source).numpy()
    in_test = _test_counts(counts, share, ties)
    if not in_test.any():
        raise DataError(
            f"{name} has {len(classes)} rows, too few to train with one of each class and test with another: "
            f"give more rows, or rows to test with by test=PATH"
        )
    by_class = shuffled[np.argsort(classes[shuffled], kind="stable")]
    rank = np.arange(len(classes)) - np.repeat(np.cumsum(counts) - counts, counts)
    tested = np.zeros(len(classes), dtype=bool)
    tested[by_class[rank < np.repeat(in_test, counts)]] = True
    return np.flatnonzero(~tested), np.flatnonzero(tested)


def _test_counts(counts: Indices, share: float, ties: NDArray[np.float32]) -> Indices:
    """Return how many rows of each class to test with: at least one in all, and at most all but one of a class.

    What a class cannot give, the others give in proportion to what they have left; fractions are settled by the
    largest remainders, and equal ones by `ties`.
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
