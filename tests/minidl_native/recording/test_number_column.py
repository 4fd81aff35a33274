"""Columns of numbers compute with the bits of Python's own numbers."""

from __future__ import annotations

import math
import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl_native.recording.number_column import NumberColumn, apply

FLOATS = st.floats(allow_nan=False)
OPERATIONS = [operator.add, operator.sub, operator.mul, operator.truediv, pow, operator.lt, operator.floordiv]


def outcome(function: Any, *arguments: Any) -> Any:
    """Return the result, or the type of the exception."""
    try:
        return function(*arguments)
    except (ArithmeticError, ValueError) as error:
        return type(error)


def texts(values: list[Any]) -> list[str]:
    return [repr(value) for value in values]


@given(
    values=st.lists(st.one_of(FLOATS, st.integers(-50, 50)), min_size=1, max_size=4),
    other=st.one_of(FLOATS, st.integers(-50, 50)),
    function=st.sampled_from(OPERATIONS),
)
def test_the_bits_and_the_exceptions_are_those_of_single_numbers(values, other, function) -> None:
    for reverse in (False, True):
        pairs = [(other, value) if reverse else (value, other) for value in values]
        single = [outcome(function, *pair) for pair in pairs]
        column = NumberColumn(values)
        found = outcome(lambda c=column, r=reverse: function(other, c) if r else function(c, other))
        failed = [one for one in single if isinstance(one, type)]
        if failed:
            assert found in failed
        else:
            assert isinstance(found, NumberColumn)
            assert texts(found.values) == texts(single)


@given(values=st.lists(FLOATS, min_size=1, max_size=4))
def test_square_roots_of_columns_are_those_of_single_numbers(values) -> None:
    single = [outcome(math.sqrt, value) for value in values]
    found = outcome(lambda: apply(math.sqrt, NumberColumn(values)))
    if ValueError in single:
        assert found is ValueError
    else:
        assert texts(found.values) == texts(single)


def test_columns_of_different_steps_do_not_branch() -> None:
    assert bool(NumberColumn([1.0, 2.0]))
    with pytest.raises(TypeError, match="branch differently"):
        bool(NumberColumn([0.0, 1.0]))
