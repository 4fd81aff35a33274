"""Newline-delimited JSON: types are kept, mixed types are texts as written, and no message of polars is shown."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from minidl_core import DataError
from minidl_datasets.table.reading import ndjson
from minidl_datasets.table.reading.ndjson import read_ndjson

BIG = 2**100


def column_of(content: str, name: str = "x") -> pl.Series:
    return read_ndjson(Path("a.ndjson"), content.encode()).frame[name]


def values_of(*values: str) -> pl.Series:
    return column_of("".join(f'{{"x": {value}, "y": 0}}\n' for value in values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "null", "3"], [1, None, 3]),
        (["1", "0.5"], [1.0, 0.5]),
        (["true", "false"], [True, False]),
        (['"a"', "null", '""'], ["a", None, ""]),
        (['"1"', '"2.50"'], ["1", "2.50"]),
        ([str(2**53 + 1), "1"], [2**53 + 1, 1]),
        ([str(2**64 - 1), "1"], [2**64 - 1, 1]),
        ([str(BIG), "1"], [BIG, 1]),
    ],
)
def test_values_of_one_type_keep_it(values: list[str], expected: list[object]) -> None:
    assert values_of(*values).to_list() == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", '"a"', "2.50", "1E5"], ["1", "a", "2.50", "1E5"]),
        (["true", "1"], ["true", "1"]),
        (["1", "false", '"-"'], ["1", "false", "-"]),
        (["1.50", '"1.5"'], ["1.50", "1.5"]),
        (["true", '"yes"'], ["true", "yes"]),
        (["1e400", "1"], ["1e400", "1"]),
        ([str(2**200), "1"], [str(2**200), "1"]),
    ],
)
def test_values_of_several_types_or_beyond_all_are_texts_as_written(values: list[str], expected: list[str]) -> None:
    assert values_of(*values).to_list() == expected


@pytest.mark.parametrize("key", ["gr\u00f6sse", "gr\\u00f6sse", "gro\u0308sse"])
def test_mixtures_are_found_under_any_spelling_of_a_key(key: str) -> None:
    assert column_of(f'{{"{key}" : "a"}}\n{{"{key}" :\t2.50}}\n', "gr\u00f6sse").to_list() == ["a", "2.50"]


@pytest.mark.parametrize(
    "values", [["[1]", "1"], ['{"a": 1}', "2"], ["[1]", '"a"'], ['{"a": 1}', '{"a": 2}'], ["[" * 500 + "]" * 500, "1"]]
)
def test_lists_and_objects_stay_nested_so_that_they_can_be_ignored(values: list[str]) -> None:
    assert values_of(*values).dtype.is_nested()


def test_an_absent_key_is_a_missing_value() -> None:
    assert column_of('{"x": "a"}\n{}\n{"y": 2}\n', "y").to_list() == [None, None, 2]


@pytest.mark.parametrize(
    "line", ["hello", "[1]", "1", '{"x":', '{"x":NaN}', '{"x":1} {"x":2}', "{'x': 1}", '{"x":1,}', '{"x":01}', "null"]
)
def test_a_line_that_is_not_a_json_object_is_shown(line: str) -> None:
    with pytest.raises(DataError, match="line 3 is not a JSON object"):
        column_of(f'{{"x":1}}\n\n{line}\n')


@pytest.mark.parametrize("line", ["[" * 100_000, '{"x":' + "[" * 100_000 + "]" * 100_000 + "}", '{"x":' * 100_000])
def test_a_line_that_is_nested_too_deeply_is_shown(line: str) -> None:
    with pytest.raises(DataError, match="line 2 is nested too deeply"):
        column_of(f'{{"x":1}}\n{line}\n')


@pytest.mark.parametrize("others", ["", '{"x":3,"y":4}\n'])
def test_a_duplicate_key_is_an_error(others: str) -> None:
    with pytest.raises(DataError, match="line 1 has the key 'x' twice"):
        column_of('{"x":1,"y":2,"x":5}\n{"x":1,"y":2,"x":5}\n' + others)


def test_ordinary_objects_are_read_only_by_polars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "_from_objects", lambda *_: pytest.fail("read by Python, line by line"))
    rows = range(100)
    content = "".join(f'{{"n":{row},"x":{row / 7},"c":"name: {row}","q":"{row}","b":true,"z":null}}\n' for row in rows)
    assert column_of(content, "q").to_list() == [str(row) for row in rows]


def test_carriage_returns_do_not_end_lines() -> None:
    frame = read_ndjson(Path("a.ndjson"), b'{"x":1}\r\n\r\n{"x":"a"}\r\n').frame
    assert frame["x"].to_list() == ["1", "a"]
    assert ndjson.line_of_object(Path("a.ndjson"), b'{"x":1}\r\n\r\n{"x":"a"}\r\n', 1) == 3
