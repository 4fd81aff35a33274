"""Dates and times in texts, against Python's ISO parser."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl_datasets.table.columns import dates

MOMENTS = st.datetimes(datetime(1800, 1, 2), datetime(2099, 12, 30))  # noqa: DTZ001 - zones are drawn separately
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def parsed(*texts: str | None) -> list[object] | None:
    found = dates.parse(pl.Series("x", texts, dtype=pl.String))
    return None if found is None else found.to_list()


@settings(deadline=None)
@given(st.lists(MOMENTS, min_size=1), st.sampled_from("T "))
def test_datetimes_are_read_as_python_reads_them(moments: list[datetime], sign: str) -> None:
    assert parsed(*(moment.isoformat(sign) for moment in moments)) == moments


@settings(deadline=None)
@given(st.lists(st.tuples(MOMENTS, ZONES), min_size=1))
def test_datetimes_with_a_zone_are_converted_to_utc(drawn: list[tuple[datetime, timezone]]) -> None:
    moments = [moment.replace(tzinfo=zone) for moment, zone in drawn]
    expected = [moment.astimezone(UTC).replace(tzinfo=None) for moment in moments]
    assert parsed(*(moment.isoformat() for moment in moments)) == expected


@settings(deadline=None)
@given(st.lists(st.dates(date(1800, 1, 1), date(2100, 12, 31)), min_size=1))
def test_days_are_read_in_any_format(days: list[date]) -> None:
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%b %d, %Y", "%d-%b-%Y"):
        assert parsed(*(day.strftime(form) for day in days)) == days
    digits = pl.Series([int(day.strftime("%Y%m%d")) for day in days])
    found = dates.parse_digits(digits)
    assert found is not None
    assert found.to_list() == days


@pytest.mark.parametrize("sign", ["/", "-"])
def test_a_day_above_12_shows_which_number_is_the_day(sign: str) -> None:
    assert parsed(f"31{sign}12{sign}2024", f"1{sign}2{sign}2024") == [date(2024, 12, 31), date(2024, 2, 1)]
    assert parsed(f"12{sign}31{sign}2024", f"1{sign}2{sign}2024") == [date(2024, 12, 31), date(2024, 1, 2)]
    assert parsed(f"3{sign}4{sign}2024") is None
    assert len(dates.interpretations(pl.Series([f"3{sign}4{sign}2024"]))) == 2
    assert parsed(f"4{sign}4{sign}2024") == [date(2024, 4, 4)]


def test_years_of_two_digits_are_in_two_centuries() -> None:
    assert parsed("31/12/98", "1/2/24") == [date(1998, 12, 31), date(2024, 2, 1)]


@pytest.mark.parametrize("form", ["%d.%m.%y", "%d-%b-%y"])
def test_years_of_two_digits_are_read_in_other_formats(form: str) -> None:
    days = [date(1998, 12, 31), date(2024, 2, 1)]
    assert parsed(*(day.strftime(form) for day in days)) == days


@pytest.mark.parametrize("form", ["%m/%d/%Y %I:%M %p", "%Y-%m-%d %I:%M:%S %p"])
def test_hours_before_and_after_noon_are_read(form: str) -> None:
    moments = [datetime(2024, 1, 31, hour, 5) for hour in (0, 1, 11, 12, 13, 23)]  # noqa: DTZ001 - none has a zone
    assert parsed(*(moment.strftime(form) for moment in moments)) == moments


def test_times_without_dates_are_read() -> None:
    assert parsed("9:05", None, "23:59:59.5") == [time(9, 5), None, time(23, 59, 59, 500000)]


@pytest.mark.parametrize(
    "texts",
    [
        ["2024-02-30"], ["2024-13-01"], ["2024"], ["2024-03"], ["24:00"], ["1:2"], ["2024-03-01", "soon"], [None], [],
        ["2024-03-01T00:00Z", "2024-03-01T00:00"], ["2024-03-01x"], ["1.2.3"], ["10.0.0.2024"], ["March"], ["120/80"],
    ],
)  # fmt: skip
def test_other_texts_are_not_dates(texts: list[str | None]) -> None:
    assert parsed(*texts) is None


@pytest.mark.parametrize("numbers", [[20240230], [1500], [17991231], [21010101], [20240301.5], [20240301, 3]])
def test_other_numbers_are_not_dates(numbers: list[float]) -> None:
    assert dates.parse_digits(pl.Series(numbers, strict=False)) is None


def test_the_first_text_that_is_not_a_date_is_found() -> None:
    texts = ["2024-03-01"] * 1000
    for row in (0, 1, 500, 999):
        assert dates.first_unparsed(pl.Series([*texts[:row], "soon", *texts[row + 1 :]])) == row
