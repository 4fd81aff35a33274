"""Reads a table from a file; the ending of its name gives the format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from minidl_core import DataError
from minidl_datasets.table.reading.column_names import NamedColumns
from minidl_datasets.table.reading.csv import read_csv
from minidl_datasets.table.reading.csv_separators import OtherSeparatorError
from minidl_datasets.table.reading.dialect import CHARACTER_WORDS, Dialect
from minidl_datasets.table.reading.file_content import COMPRESSED, check_path, read_text_content
from minidl_datasets.table.reading.ndjson import line_of_object, read_ndjson
from minidl_datasets.table.reading.parquet import read_parquet
from minidl_datasets.table.reading.records import SeparatedText
from minidl_datasets.table.reading.source import Place, TableSource, place_of_row

SEPARATED = (".csv", ".tsv")
ENDINGS = (*SEPARATED, ".parquet", ".ndjson", ".jsonl")


def read_table(path: Path, dialect: Dialect = Dialect()) -> TableSource:  # noqa: B008 - it is frozen
    """Return the table in a CSV, TSV, Parquet or NDJSON file.

    All columns of CSV and TSV are texts, without surrounding spaces, and null where they are empty. Parquet keeps its
    types. NDJSON has numbers, truth values and texts. Reading does not interpret columns.

    Raises:
        OtherSeparatorError: the values of a CSV or TSV file seem to have another separator.
        DataError: the file cannot be read, or has no rows.
    """
    try:
        path = path.expanduser()
    except RuntimeError as error:
        raise DataError(f"{path}: {error}: write the full path") from None
    check_path(path)
    ending = _ending(path)
    columns, place = _read(path, ending, dialect.separator)
    if not columns.frame.height:
        raise DataError(f"{path} has column names but no rows: give a table with rows")
    return TableSource(columns.frame, str(path), place, columns.row_names, columns.notices)


def read_table_by_any_separator(path: Path, dialect: Dialect) -> TableSource:
    """Return the table in a file; if its values seem to have another separator, read by that one, with the error.

    So the wrong separator is reported together with all other problems of the table.

    Raises:
        DataError: the file cannot be read, or has no rows.
    """
    try:
        return read_table(path, dialect)
    except OtherSeparatorError as error:
        separator = CHARACTER_WORDS.get(error.separator, error.separator)
        try:
            source = read_table(path, replace(dialect, separator=separator))
        except DataError:
            raise error from None
        return replace(source, separator_error=error)


def _ending(path: Path) -> str:
    """Return the ending that gives the format."""
    uncompressed = path.with_suffix("") if path.suffix.lower() == COMPRESSED else path
    ending = uncompressed.suffix.lower()
    if ending not in ENDINGS or (ending == ".parquet" and path != uncompressed):
        known = f"{', '.join(ENDINGS[:-1])} and {ENDINGS[-1]}"
        found = path.suffix.lower() or "files without an ending"
        raise DataError(f"{path}: tables are read from {known} files, text also compressed as .gz, not {found}")
    return ending


def _read(path: Path, ending: str, separator: str | None) -> tuple[NamedColumns, Place]:
    if ending == ".parquet":
        return read_parquet(path), place_of_row
    content = read_text_content(path)
    if ending in SEPARATED:
        text = SeparatedText.of(path, content, separator)
        return read_csv(text), lambda row: f"line {text.line_of_row(row)}"
    return read_ndjson(path, content), lambda row: f"line {line_of_object(path, content, row)}"
