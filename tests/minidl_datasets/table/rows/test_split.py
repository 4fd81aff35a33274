"""The split of a table's rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl_core import DataError, generator
from minidl_datasets.table.rows.split import split


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(1, 30), min_size=1, max_size=8),
    share=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**32),
)
def test_sizes_and_classes_of_the_parts(counts: list[int], share: float, seed: int) -> None:
    classes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    rows = len(classes)
    if rows == len(counts):
        with pytest.raises(DataError, match="too few"):
            split(classes, share, generator(seed), "the table")
        return
    train, test = split(classes, share, generator(seed), "the table")
    assert sorted([*train, *test]) == list(range(rows))
    assert list(train) == sorted(train)
    assert list(test) == sorted(test)
    assert len(test) == min(max(round(share * rows), 1), rows - len(counts))
    assert set(classes[train]) == set(range(len(counts)))


@settings(deadline=None)
@given(counts=st.lists(st.integers(20, 200), min_size=2, max_size=6), share=st.floats(0.1, 0.9))
def test_each_class_is_split_in_proportion(counts: list[int], share: float) -> None:
    classes = np.repeat(np.arange(len(counts)), counts)
    _, test = split(classes, share, generator(0), "the table")
    exact = len(test) * np.array(counts) / len(classes)
    assert (np.abs(np.bincount(classes[test], minlength=len(counts)) - exact) <= 1 + 1e-6).all()


def test_rows_are_drawn_at_random() -> None:
    classes = np.repeat([0, 1], 50)
    drawn = np.zeros(100)
    for seed in range(200):
        drawn[split(classes, 0.2, generator(seed), "the table")[1]] += 1
    assert drawn.min() > 10
    assert drawn.max() < 80


def test_equal_classes_alternate_if_there_are_few_test_rows() -> None:
    classes = np.repeat(np.arange(10), 2)
    tested = {int(classes[row]) for seed in range(50) for row in split(classes, 0.1, generator(seed), "the table")[1]}
    assert tested == set(range(10))


@pytest.mark.parametrize("classes", [[0], [0, 1, 2]])
def test_too_few_rows_are_an_error(classes: list[int]) -> None:
    with pytest.raises(DataError, match=r"too few rows .* training row of each class.*test=PATH"):
        split(np.array(classes), 0.5, generator(0), "a.csv")
