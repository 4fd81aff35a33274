"""Numbers as inputs, against exact fractions."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minidl_core import DataError
from minidl_datasets.table import Table
from minidl_datasets.table.encoding.exact_numbers import difference
from minidl_datasets.table.encoding.number_encoder import NumberEncoder

EXACTNESS = 1e-12


def standardized(values: list[Any]) -> list[float]:
    """Return (x - mean) / deviation, computed in fractions."""
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    digits = 10**200
    deviation = Fraction(math.isqrt(int(variance * digits**2)), digits)
    return [float((value - mean) / deviation) for value in exact]


def encoded(encoder: NumberEncoder, column: pl.Series) -> list[float]:
    out = np.empty((len(column), 1))
    encoder.encode(column, out)
    return [float(value) for value in out[:, 0]]


def check(column: pl.Series) -> None:
    encoder = NumberEncoder.fit(column, "the table", standardize=True)
    expected = standardized(column.to_list())
    for got, exact in zip(encoded(encoder, column), expected, strict=True):
        assert abs(got - exact) <= EXACTNESS * max(1, abs(exact))


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt64, pl.Int128])
@pytest.mark.parametrize("base", [0, 2000, 2**53, 2**60, 2**63 - 100])
@pytest.mark.parametrize("spread", [2, 99])
def test_whole_numbers_keep_all_their_digits(dtype: Any, base: int, spread: int) -> None:
    check(pl.Series("n", [base + random.Random(row).randrange(spread) for row in range(50)] + [base], dtype=dtype))


@pytest.mark.parametrize("base", [2**126, 2**127 - 100, -(2**127), -(2**126)])
def test_whole_numbers_at_the_end_of_128_bits_do_not_overflow(base: int) -> None:
    check(pl.Series("n", [base + row % 7 for row in range(20)], dtype=pl.Int128))
    check(pl.Series("n", [-(2**127), 2**127 - 1, 0, 5], dtype=pl.Int128))
    check(pl.Series("n", [2**127 - 1] * 9 + [2**127 - 9], dtype=pl.Int128))


@pytest.mark.parametrize(
    ("start", "scale"), [("12345678901234567890.12", 2), ("0.123456789012345678901", 21), ("5", 0)]
)
def test_decimals_keep_all_their_digits(start: str, scale: int) -> None:
    values = [Decimal(start) + Decimal(row % 7).scaleb(-scale) for row in range(20)]
    check(pl.Series("n", values, dtype=pl.Decimal(38, scale)))


@pytest.mark.parametrize("base", [1e3, 1e9, 1e15, 1e30])
def test_floats_far_from_zero_keep_their_digits(base: float) -> None:
    check(pl.Series("n", [base + 2 ** (math.frexp(base)[1] - 50) * (row % 7) for row in range(50)]))


@settings(deadline=None)
@given(st.lists(st.integers(-(2**126), 2**126), min_size=2, max_size=20))
def test_any_whole_numbers_are_standardized_exactly(values: list[int]) -> None:
    assume(len(set(values)) > 1)
    check(pl.Series("n", values, dtype=pl.Int128))


@settings(deadline=None)
@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=20))
def test_any_floats_are_standardized_exactly(values: list[float]) -> None:
    assume(max(values) - min(values) > 1e-100)
    check(pl.Series("n", values))


def test_new_numbers_of_another_type_mean_the_same() -> None:
    whole = [2**60 + 256 * row for row in range(9)]
    encoder = NumberEncoder.fit(pl.Series("n", whole), "the table", standardize=True)
    expected = standardized(whole)
    for column in (
        pl.Series([float(number) for number in whole]),
        pl.Series(whole, dtype=pl.UInt64),
        pl.Series(whole, dtype=pl.Int128),
        pl.Series([Decimal(number) for number in whole], dtype=pl.Decimal(38, 5)),
    ):
        assert encoded(encoder, column) == pytest.approx(expected, rel=EXACTNESS, abs=EXACTNESS)


def test_numbers_far_from_those_trained_with_do_not_wrap() -> None:
    encoder = NumberEncoder("n", 0.0, 1.0, offset=str(-(2**127)))
    assert encoded(encoder, pl.Series([2**127 - 1], dtype=pl.Int128)) == [2.0**128]
    assert difference(pl.Series([Decimal("0.5")]), "1" + "0" * 45).to_list() == [-1e45]


def test_ordinary_numbers_have_no_offset() -> None:
    for values in ([1.0, 2.0, 4.0], [1, 2, 4], [2**60, -(2**60), 5]):
        assert NumberEncoder.fit(pl.Series("n", values), "the table", standardize=True).offset == "0"


def test_a_constant_becomes_zero() -> None:
    for value in (3.0, 2**60 + 1):
        encoder = NumberEncoder.fit(pl.Series("n", [value] * 3), "the table", standardize=True)
        assert encoded(encoder, pl.Series([value, value + 9, None])) == [0.0] * 3


def test_a_missing_number_becomes_the_mean() -> None:
    column = pl.Series("n", [2**60, 2**60 + 2, None])
    assert encoded(NumberEncoder.fit(column, "the table", standardize=True), column) == [-1, 1, 0]
    small = pl.Series("n", [1.0, 4.0, None])
    assert encoded(NumberEncoder.fit(small, "the table", standardize=False), small) == [1.0, 4.0, 2.5]


@pytest.mark.parametrize("values", [[1e308, -1e308, 1e308], [0.0, 5e-324]])
def test_numbers_too_large_for_floats_are_an_error(values: list[float]) -> None:
    with pytest.raises(DataError, match="'n' are too large or too close together: rescale"):
        NumberEncoder.fit(pl.Series("n", values), "the table", standardize=True)


TEXTS: dict[str, list[str]] = {
    "whole": [str(2**60 + row % 7) for row in range(20)],
    "unsigned": [str(2**63 + row % 7) for row in range(20)],
    "128 bits": [str(2**120 + row % 7) for row in range(20)],
    "whole decimals": [f"{2**53 + row}.0" for row in range(20)],
    "decimals": [f"12345678901234567890.{row % 7}" for row in range(20)],
    "small decimals": [f"0.1234567890123456789{row % 7}" for row in range(20)],
    "times": [f"1700000000.{row:06}" for row in range(20)],
    "exponents": [f"{2**60 + row}e0" for row in range(20)],
    "negative": [f"-{2**60 + row % 7}" for row in range(20)],
    "thousands": [f"9'007'199'254'740'99{row % 7}" for row in range(20)],
}


@pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("ending", ["csv", "ndjson"])
def test_numbers_of_a_file_keep_all_their_digits(tmp_path: Path, texts: list[str], ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    getattr(pl.DataFrame({"x": texts, "y": [row / 4 for row in range(20)]}), f"write_{ending}")(path)
    data = Table(path, "y", test=path, thousands="'").load(0)
    expected = standardized([text.replace("'", "") for text in texts])
    assert data.train.inputs[:, 0].tolist() == pytest.approx(expected, rel=EXACTNESS, abs=EXACTNESS)
    assert not [notice for notice in data.notices if "constant" in notice.message]
    data = Table(path, "x", test=path, thousands="'", task="regression").load(0)
    assert data.train.targets[:, 0].tolist() == pytest.approx(expected, rel=EXACTNESS, abs=EXACTNESS)


def test_whole_numbers_of_more_than_127_bits_are_an_error(tmp_path: Path) -> None:
    if not hasattr(pl, "UInt128"):
        pytest.skip("this polars has no such numbers")
    path = tmp_path / "a.parquet"
    large = pl.Series("x", [2**127 + row for row in range(20)], dtype=pl.UInt128)
    pl.DataFrame([large, pl.Series("y", [row / 4 for row in range(20)])]).write_parquet(path)
    for target in ("x", "y"):
        with pytest.raises(DataError, match="'x' contains whole numbers of more than 127 bits"):
            Table(path, target).load(0)
    small = pl.DataFrame({"x": range(20), "y": [row / 4 for row in range(20)]})
    small.write_parquet(path)
    preprocessing = Table(path, "y").load(0).preprocessing
    assert preprocessing is not None
    with pytest.raises(DataError, match="'x' contains whole numbers of more than 127 bits"):
        preprocessing.transform(pl.DataFrame([large]))
