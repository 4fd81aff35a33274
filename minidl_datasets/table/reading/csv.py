"""Reads CSV and TSV: by polars where it provably agrees with Python's strict reader, else by the latter."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

import polars as pl

from minidl_core import DataError
from minidl_datasets.table.reading.column_names import (
    NamedColumns,
    check_unique_names,
    name_columns,
    normalize_column_name,
)
from minidl_datasets.table.reading.csv_layout import find_layout
from minidl_datasets.table.reading.csv_separators import check_separator
from minidl_datasets.table.reading.polars_reader import read_with_polars
from minidl_datasets.table.reading.records import Record, SeparatedText, long_fields

DECIMALS = r"^[-+]?\d*\.\d+([eE][-+]?\d+)?$"

PIECE = 1 << 16
"""The number of records that Python reads before they become columns."""


@long_fields()
def read_csv(text: SeparatedText) -> NamedColumns:
    """Return the table in separated text: texts without surrounding spaces, null where they are empty.

    Raises:
        DataError: the text is not UTF-8, the header is not usable, or a line has too many or too few values.
    """
    records = text.records()
    names = _names(records, text)
    first = next((record for record in records if record[1]), None)
    if first is None:
        return NamedColumns(pl.DataFrame(schema=dict.fromkeys(names, pl.String)))
    frame = _with_row_names(text, first, len(names))
    if frame is None:
        frame = _read(text, first, len(names))
    else:
        names = ["", *names]
    return name_columns(_strip_spaces(frame), names, str(text.path))


def _names(records: Iterator[Record], text: SeparatedText) -> list[str]:
    """Return the names in the header, without surrounding spaces; each must be unique."""
    try:
        header = next(records, None)
    except DataError:
        check_separator(text)
        raise
    if header is None:
        raise DataError(f"{text.path} contains only blank lines: give a table with column names and rows")
    names = [normalize_column_name(name.strip()) for name in header[1]]
    if len(names) == 1:
        check_separator(text)
    check_unique_names(names, str(text.path))
    return names


def _with_row_names(text: SeparatedText, first: Record, width: int) -> pl.DataFrame | None:
    """Return the columns if every line has one value more than the header, a row name in front; else None.

    R writes tables like this by default. Row names are unique and not decimals. An empty last value is not a row name.
    """
    if len(first[1]) != width + 1 or not first[1][-1].strip():
        return None
    try:
        frame = _read(text, first, width + 1)
    except DataError:
        return None
    names = frame.to_series(0).str.strip_chars()
    return None if names.str.contains(DECIMALS).any() or not names.is_unique().all() else frame


def _read(text: SeparatedText, first: Record, width: int) -> pl.DataFrame:
    """Return the columns from the first row on, under arbitrary names."""
    content = text.from_line(first[0]) if text.newlines_end_lines else b""
    layout = find_layout(content, text.separator, width) if content else None
    if layout is None:
        return _from_records(text, width)
    frame = read_with_polars(
        pl.read_csv,
        content,
        has_header=False,
        separator=text.separator,
        quote_char='"' if layout.quoted else None,
        infer_schema=False,
    )
    if frame is not None and layout.blank is not None and len(layout.blank) == frame.height:
        frame = frame.filter(~pl.Series(layout.blank))
    return frame if frame is not None and frame.shape == (layout.rows, width) else _from_records(text, width)


def _from_records(text: SeparatedText, width: int) -> pl.DataFrame:
    """Return the columns that Python's strict reader reads.

    Raises:
        DataError: a record has more or fewer values than the header, or is malformed.
    """
    records = text.records()
    next(records)
    rows = (fields for line, fields in records if fields and _fits(line, fields, width, text))
    schema = {f"column_{position}": pl.String for position in range(width)}
    pieces = iter(lambda: list(islice(rows, PIECE)), [])
    return pl.concat(
        chain([pl.DataFrame(schema=schema)], (pl.DataFrame(piece, schema, orient="row") for piece in pieces))
    )


def _fits(line: int, fields: list[str], width: int, text: SeparatedText) -> bool:
    if len(fields) != width:
        values = "1 value" if len(fields) == 1 else f"{len(fields)} values"
        columns = "1 column" if width == 1 else f"{width} columns"
        raise DataError(
            f"{text.path}: line {line} has {values}, but the header names {columns}: correct the line, or "
            f"quote values that contain the separator"
        )
    return True


def _strip_spaces(frame: pl.DataFrame) -> pl.DataFrame:
    """Return texts without surrounding spaces, null where they are empty."""
    texts = pl.all().str.strip_chars()
    return frame.select(pl.when(texts != "").then(texts))
