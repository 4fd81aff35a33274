"""Parses dates and times.

Formats, with or without a time after a space or `T`: 2024-03-01, 2024/03/01, 01.03.2024, 1 March 2024, Mar 1 2024,
1-Mar-2024, and 31/12/2024 or 12/31/2024 where a day above 12 shows which number is the day, also with two digits of the
year (70 to 99 are in the 20th century); 20240301 between the years 1800 and 2100; times such as 9:05 and 23:59:59.5,
after a date also 9:05 PM. A time with a zone (Z, +02:00) is converted to UTC.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

import polars as pl

DATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"^\d{4}-\d{1,2}-\d{1,2}", ("%Y-%m-%d",)),
    (r"^\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    (r"^\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y",)),
    (r"^\d{1,2}/\d{1,2}/\d{4}", ("%d/%m/%Y", "%m/%d/%Y")),
    (r"^\d{1,2}-\d{1,2}-\d{4}", ("%d-%m-%Y", "%m-%d-%Y")),
    (r"^\d{1,2}/\d{1,2}/\d{2}(?: |$)", ("%d/%m/%y", "%m/%d/%y")),
    (r"^\d{2}\.\d{2}\.\d{2}(?: |$)", ("%d.%m.%y",)),
    (r"^\d{1,2}-[A-Za-z]{3,9}-\d{2}(?: |$)", ("%d-%B-%y",)),
    (r"^\d{1,2} [A-Za-z]{3,9} \d{4}", ("%d %B %Y",)),
    (r"^\d{1,2}-[A-Za-z]{3,9}-\d{4}", ("%d-%B-%Y",)),
    (r"^[A-Za-z]{3,9} \d{1,2},? \d{4}", ("%B %d %Y",)),
)
"""The beginning of a date, and its possible formats; some allow the day or the month first."""

ANY = "|".join(beginning for beginning, _ in DATES)

LIKE_DATE = f"(?:{ANY})(?:$|[ T]|,? ?\\d)|" + r"^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$"
"""Texts that look like a date or a time."""

TIMES = (" %H:%M:%S%.f", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "")
TIME = r"^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$"
ZONE = r":\d{2}(?:\.\d+)? ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})$"

FIRST, LAST = 18000101, 21001231
"""Whole numbers of eight digits between these may be dates."""

SAMPLE = 8
"""The number of values that must look like dates before all values are parsed."""


def parse(texts: pl.Series) -> pl.Series | None:
    """Return texts that are all dates or times as Date, Datetime (in UTC if they have a zone) or Time.

    Returns:
        the dates, null where a text is null; None if some text is not a date, or days cannot be distinguished from
        months.
    """
    found = interpretations(texts)
    return found[0] if len(found) == 1 else None


def interpretations(texts: pl.Series) -> list[pl.Series]:
    """Return the ways to parse texts as dates or times: none, one, or two if days could also be months."""
    first = texts.drop_nulls().head(SAMPLE)
    if first.str.contains(TIME).all() and len(first):
        return _fitting([_read(texts, ("%H:%M", "%H:%M:%S%.f"), pl.Time())])
    if not first.str.contains(ANY).all():
        return []
    for beginning, forms in DATES:
        if first.str.contains(beginning).all() and len(first):
            plain, offset = _without_zone(texts.str.replace(r"(\d)T(\d)", "$1 $2").str.replace(",", "", literal=True))
            found = _fitting(_read_dates(plain, form) for form in forms)
            return found if offset is None else [dates.cast(pl.Datetime("us")) - offset for dates in found]
    return []


def parse_months(texts: pl.Series) -> pl.Series | None:
    """Return texts such as 2024-03, which may also be ranges, as the first days of months; None if some are not."""
    if not texts.str.contains(r"^\d{4}-\d{2}$").all():
        return None
    return _read(texts + "-01", ("%Y-%m-%d",), pl.Date())


def first_unparsed(texts: pl.Series) -> int:
    """Return the first row where texts can no longer be parsed as dates of one format."""
    start = texts.is_not_null().arg_max() or 0
    counts = range(start + 1, len(texts) + 1)
    return start + bisect_left(counts, True, key=lambda count: not interpretations(texts.head(count)))  # noqa: FBT003


def parse_digits(numbers: pl.Series) -> pl.Series | None:
    """Return whole numbers that are all dates of eight digits as dates; None if some are not."""
    least: Any = numbers.min()
    largest: Any = numbers.max()
    if least is None or least < FIRST or largest > LAST:
        return None
    whole = numbers.cast(pl.Int64)
    return _read(whole.cast(pl.String), ("%Y%m%d",), pl.Date()) if (whole == numbers).all() else None


def _fitting(found: Iterable[pl.Series | None]) -> list[pl.Series]:
    """Return the interpretations that fit all values, without duplicates."""
    different: list[pl.Series] = []
    for dates in found:
        if dates is not None and not any(dates.equals(other, null_equal=True) for other in different):
            different.append(dates)
    return different


def _read_dates(texts: pl.Series, form: str) -> pl.Series | None:
    dates = _read(texts, (form,), pl.Date())
    return dates if dates is not None else _read(texts, [form + time for time in TIMES], pl.Datetime("us"))


def _read(texts: pl.Series, forms: Iterable[str], dtype: Any) -> pl.Series | None:
    """Return texts parsed by any of the formats, or None if a text has none of them."""
    read = pl.Series(texts.name, [None], dtype=dtype).new_from_index(0, len(texts))
    for form in forms:
        read = read.zip_with(read.is_not_null(), texts.str.strptime(dtype, form, strict=False))
        if read.null_count() == texts.null_count():
            return read
    return None


def _without_zone(texts: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Return texts without their time zones, and the offsets from UTC; unchanged unless all have a zone."""
    zones = texts.str.extract(ZONE)
    if zones.null_count() > texts.null_count() or zones.null_count() == len(zones):
        return texts, None
    digits = zones.str.replace(":", "", literal=True).cast(pl.Int64, strict=False).fill_null(0)
    minutes = digits.sign() * (digits.abs() // 100 * 60 + digits.abs() % 100)
    return texts.str.replace(r" ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})$", ""), (minutes * 60_000_000).cast(pl.Duration("us"))
