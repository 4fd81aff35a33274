"""Dates and times as inputs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl
import pytest

from minidl_core import DataError
from minidl_datasets.table.encoding.date_encoder import DateEncoder
from minidl_datasets.table.encoding.encoders import encoder_to_json
from minidl_datasets.table.saved_preprocessing import encoders_of


def parts(column: pl.Series, *, standardize: bool = False) -> dict[str, list[float]]:
    encoder = DateEncoder.fit(column, "the table", standardize=standardize)
    assert encoders_of([encoder_to_json(encoder)]) == (encoder,)
    out = np.empty((len(column), len(encoder.names)))
    encoder.encode(column, out)
    return {name: out[:, position].tolist() for position, name in enumerate(encoder.names)}


def test_a_date_becomes_calendar_numbers_and_days_since_the_first() -> None:
    days = [date(1960, 5, 1) + timedelta(days=37 * row) for row in range(60)]
    first = min(days)
    assert parts(pl.Series("d", days)) == {
        "d.year": [day.year for day in days],
        "d.month": [day.month for day in days],
        "d.day": [day.day for day in days],
        "d.weekday": [day.isoweekday() for day in days],
        "d.days": [(day - first).days for day in days],
    }


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_datetime_also_gives_seconds_of_the_day(unit: str) -> None:
    moments = [datetime.fromisoformat("1969-12-30T23:30:00.5") + timedelta(minutes=50 * row) for row in range(60)]
    found = parts(pl.Series("d", moments, dtype=pl.Datetime(unit)))  # type: ignore[arg-type]
    midnights = [datetime.combine(moment.date(), time()) for moment in moments]
    assert found["d.seconds"] == [
        (moment - day).total_seconds() for moment, day in zip(moments, midnights, strict=True)
    ]
    assert found["d.days"] == pytest.approx([(moment - moments[0]) / timedelta(days=1) for moment in moments])
    assert list(found) == ["d.year", "d.month", "d.day", "d.weekday", "d.seconds", "d.days"]


def test_a_time_of_day_gives_only_seconds() -> None:
    assert parts(pl.Series("t", [time(0, 0, 1), time(23, 59, 59, 500_000)])) == {"t.seconds": [1, 86399.5]}


def test_parts_that_are_constant_in_the_training_rows_are_dropped() -> None:
    assert list(parts(pl.Series("d", [date(2024, 3, 4), date(2024, 3, 11)]))) == ["d.day", "d.days"]
    assert parts(pl.Series("d", [date(2024, 3, 4)] * 2)) == {}


def test_parts_are_standardized_like_numbers_and_missing_ones_become_the_mean() -> None:
    found = parts(pl.Series("d", [date(2020, 1, 1), date(2022, 1, 1), None]), standardize=True)
    assert found["d.year"] == [-1, 1, 0]
    assert found["d.days"] == [-1, 1, 0]


def test_new_dates_are_encoded_by_the_training_rows() -> None:
    encoder = DateEncoder.fit(pl.Series("d", [date(2024, 3, 4), date(2024, 3, 6)]), "the table", standardize=True)
    out = np.empty((1, len(encoder.names)))
    encoder.encode(pl.Series("d", [datetime.fromisoformat("2024-03-08T12:00")]), out)
    assert dict(zip(encoder.names, out[0].tolist(), strict=True)) == {"d.day": 3, "d.weekday": 3, "d.days": 3.5}


def test_a_column_without_dates_in_the_training_rows_is_an_error() -> None:
    with pytest.raises(DataError, match="'d' has no value in any training row"):
        DateEncoder.fit(pl.Series("d", [None], dtype=pl.Date), "the table", standardize=True)
