"""Separators: by the ending, by a first line, by a setting, and the proposal if these are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from minidl_core import DataError
from minidl_core.spec import parse_component
from minidl_datasets.table.reading.csv import read_csv
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.records import SeparatedText


def rows_of(content: str, separator: str | None = None) -> list[tuple[str | None, ...]]:
    return read_csv(SeparatedText.of(Path("a.csv"), content.encode(), separator)).frame.rows()


SEPARATORS = {";": 'separator=";"', "\t": "separator=tab", "|": 'separator="|"', " ": "separator=space"}


@pytest.mark.parametrize("content", ["x,y\n1,2\n3,4\n", '"x","y"\n1,2\n3,4\n', '"x","y"\n"a",1,2\n"b",3,4\n'])
@pytest.mark.parametrize("separator", SEPARATORS)
def test_the_likely_separator_is_proposed_and_then_read(separator: str, content: str) -> None:
    content = content.replace(",", separator)
    with pytest.raises(DataError, match=re.escape(SEPARATORS[separator])) as caught:
        rows_of(content)
    written = parse_component("table:" + str(caught.value).rpartition("write ")[2]).arguments[0].value
    dialect = Dialect.of(written, ".", "", "")
    assert [row[-2:] for row in rows_of(content, dialect.separator)] == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize("content", ["full name\nAnna Meier\nUrs Frei\n", '"a;b"\n1\n2\n', "a|b\nc\nd\n"])
def test_one_column_with_signs_in_its_texts_is_one_column(content: str) -> None:
    assert len(rows_of(content)[0]) == 1


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "SEP=;\n\n"])
def test_a_first_line_that_names_the_separator_is_used(first: str) -> None:
    assert rows_of(f"{first}x;y\n1;2,5\n") == [("1", "2,5")]


def test_a_given_separator_takes_precedence_over_the_one_in_the_file() -> None:
    assert rows_of("sep=;\nx,y\n1,2\n", ",") == [("1", "2")]
    assert rows_of("sep=\t\nx\ty\n1\t2\n") == [("1", "2")]
