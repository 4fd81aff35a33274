"""Text is converted to the annotated type, or is an error that describes the type."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, Literal, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl_core.coercion import coerce, describe_annotation


class Unwritable:
    """Nothing that text can say."""


@pytest.mark.parametrize(
    ("value", "annotation", "result"),
    [
        ("25", int, 25),
        ("-3", int, -3),
        (2.0, int, 2),
        ("1e-3", float, 0.001),
        ("3", float, 3.0),
        (3, float, 3.0),
        ("inf", float, math.inf),
        ("true", bool, True),
        ("False", bool, False),
        ("no", bool, False),
        ("0", bool, False),
        ("a/b.csv", Path, Path("a/b.csv")),
        ("25", str, "25"),
        ("none", str, "none"),
        ("mean", Literal["mean", "sum"], "mean"),
        ("2", Literal[1, 2], 2),
        (2, Literal[1, 2], 2),
        ("none", int | None, None),
        ("None", Optional[float], None),
        (None, str | None, None),
        ("7", int | None, 7),
        ("2", int | float, 2),
        ("2.5", int | float, 2.5),
        ("auto", Literal["auto"] | int, "auto"),
        ("3", Literal["auto"] | int, 3),
        ("sum", Literal["mean", "sum"] | None, "sum"),
        ("0.9+0.999", tuple[float, float], (0.9, 0.999)),
        ("1e+5 + 2E-3+-1", tuple[float, ...], (1e5, 2e-3, -1.0)),
        ("2", tuple[float, ...] | None, (2.0,)),
        ("none", tuple[float, ...] | None, None),
        ([1, 2.5], tuple[float, ...], (1.0, 2.5)),
    ],
)
def test_a_value_is_converted_to_its_annotated_type(value: object, annotation: Any, result: object) -> None:
    read = coerce(value, annotation)

    assert read == result
    assert type(read) is type(result)


@pytest.mark.parametrize(
    ("value", "annotation", "message"),
    [
        ("ten", int, "a whole number, not 'ten'"),
        ("2.5", int, "a whole number, not '2.5'"),
        (2.5, int, "a whole number, not 2.5"),
        (True, int, "a whole number, not True"),
        (False, float, "a number, not False"),
        (True, int | None, "a whole number or none, not True"),
        ("none", int, "a whole number, not 'none'"),
        (None, int, "a whole number, not None"),
        ("", float, "a number, not ''"),
        ("maybe", bool, "true or false, not 'maybe'"),
        (5, str, "text, not 5"),
        ("max", Literal["mean", "sum"], "one of mean, sum, not 'max'"),
        ("3", Literal[1, 2], "one of 1, 2, not '3'"),
        ("x", Unwritable, "Unwritable, which cannot be written as text"),
        ([1], int, "a whole number, not [1]"),
        ("0.9", tuple[float, float], "two numbers joined by '+', not '0.9'"),
        ("1+", tuple[float, ...], "numbers joined by '+', not '1+'"),
    ],
)
def test_an_invalid_value_is_an_error_with_the_expected_type(value: object, annotation: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        coerce(value, annotation)


@settings(deadline=None)
@given(st.floats(allow_nan=False))
def test_every_number_is_read_back_from_its_text_exactly(number: float) -> None:
    assert coerce(str(number), float) == number


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False), min_size=1).map(tuple))
def test_numbers_joined_by_a_plus_are_read_back_exactly(numbers: tuple[float, ...]) -> None:
    assert coerce("+".join(map(str, numbers)), tuple[float, ...]) == numbers


@settings(deadline=None)
@given(st.integers())
def test_every_whole_number_is_read_back_from_its_text(number: int) -> None:
    assert coerce(str(number), int) == number


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (int, "a whole number"),
        (float | None, "a number or none"),
        (Literal["a", "b"], "one of a, b"),
        (Unwritable, "Unwritable"),
    ],
)
def test_annotations_are_described(annotation: Any, words: str) -> None:
    assert describe_annotation(annotation) == words
