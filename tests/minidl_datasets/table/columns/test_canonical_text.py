"""One canonical text for each value, whatever the format."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl_datasets.table.columns.canonical_text import canonical_text, canonical_texts, category_codes, sort_texts


@pytest.mark.parametrize(
    ("values", "spelling"),
    [
        (pl.Series([7, None], dtype=pl.UInt8), ["7", None]),
        (pl.Series([7.0, 0.1, -0.0, 1e16, float("nan")]), ["7", "0.1", "0", "10000000000000000", None]),
        (pl.Series([7.0, 0.1, 16777216.0], dtype=pl.Float32), ["7", "0.1", "16777216"]),
        (pl.Series([Decimal("7.00"), Decimal("0.10"), Decimal("100.00")]), ["7", "0.1", "100"]),
        (pl.Series([Decimal(100)], dtype=pl.Decimal(9, 0)), ["100"]),
        (pl.Series([True, False, None]), ["true", "false", None]),
        (pl.Series(["007", "True", "7.0"]), ["007", "True", "7.0"]),
        (pl.Series(["b", "a"], dtype=pl.Categorical), ["b", "a"]),
        (pl.Series([2**100 + 1], dtype=pl.Int128), [str(2**100 + 1)]),
    ],
)
def test_values_have_one_canonical_text(values: pl.Series, spelling: list[str | None]) -> None:
    assert canonical_texts(values).to_list() == spelling


@pytest.mark.parametrize("same", [["7", "7.0", "7.00", "7e0"], ["0.1", "0.10", "1e-1", "0.10000000149011612"],
                                  ["true", "True", "TRUE"], ["0", "-0", "-0.0", "0.0"], ["10000000000000000", "1e16"],
                                  ["Zürich", "Zu\u0308rich"]])  # fmt: skip
def test_texts_of_one_value_have_one_canonical_text(same: list[str]) -> None:
    assert {canonical_text(text) for text in same} == {same[0]}


@pytest.mark.parametrize(
    "text", ["007", "00", "1,5", "+7", "yes", "inf", "nan", "1e400", "", "٣", "7 ", "0x10", "1_000"]
)
def test_texts_that_are_not_plain_numbers_are_unchanged(text: str) -> None:
    assert canonical_text(text) == text


@settings(deadline=None)
@given(st.one_of(st.integers(-(2**100), 2**100), st.floats(allow_nan=False, allow_infinity=False), st.booleans()))
def test_canonical_texts_are_canonical(value: Any) -> None:
    dtype = pl.Int128 if type(value) is int else None
    text = canonical_texts(pl.Series([value], dtype=dtype))[0]
    assert canonical_text(canonical_text(str(value))) == canonical_text(str(value)) == canonical_text(text)


@pytest.mark.parametrize(
    ("known", "texts", "codes"),
    [
        (("7", "8"), ["7.0", "8", "8.00", None, "9"], [0, 1, 1, None, None]),
        (("7.0", "8.0"), ["7", "8.0"], [0, 1]),
        (("007", "7"), ["007", "7", "7.0", "07"], [0, 1, 1, None]),
        (("007",), ["7", "007.0"], [None, None]),
        (("7.0", "7.00"), ["7.00", "7"], [1, None]),
        (("False", "True"), ["true", "FALSE", "True"], [1, 0, 1]),
        (("false", "true", "unknown"), ["True", "unknown", "yes"], [1, 2, None]),
    ],
)
def test_a_text_matches_a_known_one_as_written_or_by_value(
    known: tuple[str, ...], texts: list[str | None], codes: list[int | None]
) -> None:
    assert category_codes(pl.Series(texts), known).to_list() == codes


def test_numbers_are_in_numeric_order_and_texts_in_text_order() -> None:
    assert sort_texts(pl.Series(["10", "9", "2.5"])) == ("2.5", "9", "10")
    assert sort_texts(pl.Series(["7", "010", "007"])) == ("007", "7", "010")
    assert sort_texts(pl.Series(["10", "9", "a"])) == ("10", "9", "a")
