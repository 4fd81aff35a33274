"""Tables in memory: polars, pandas, dicts of columns and lists of dicts give the same table."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

from minidl_core import DataError
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.in_memory import to_table_source

FRAME = pl.DataFrame(
    {"n": [1, 2, 3], "x": [0.5, None, 1.5], "city": ["Bern", None, "Genf"], "old": [True, False, True]}
)
BIG = 2**70


def frame_of(table: Any) -> pl.DataFrame:
    return to_table_source(table, Dialect()).frame


def test_paths_are_read(tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "a.parquet")
    for path in (tmp_path / "a.parquet", str(tmp_path / "a.parquet")):
        assert to_table_source(path, Dialect()).frame.equals(FRAME)


@pytest.mark.parametrize(
    "table",
    [
        FRAME,
        FRAME.lazy(),
        FRAME.to_dict(as_series=False),
        FRAME.to_dict(as_series=True),
        FRAME.rows(named=True),
        [{name: value for name, value in row.items() if value is not None} for row in FRAME.rows(named=True)],
        {
            "n": torch.tensor([1, 2, 3]),
            "x": np.array([0.5, np.nan, 1.5]),
            "city": ("Bern", None, "Genf"),
            "old": np.array([True, False, True]),
        },
    ],
    ids=["polars", "lazy", "dict of lists", "dict of series", "list of dicts", "keys that lack", "tensors and arrays"],
)
def test_tables_in_memory_are_read_like_a_polars_frame(table: Any) -> None:
    assert frame_of(table).equals(FRAME)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 0.5, None], [1.0, 0.5, None]),
        ([1, "a", 2.5, True, None], ["1", "a", "2.5", "true", None]),
        ([True, 1], ["true", "1"]),
        ([BIG, 1], [BIG, 1]),
        ([2**200, 1], [str(2**200), "1"]),
        ([2**63, -1], [2**63, -1]),
        ([np.float32(1.5), np.int64(2)], [1.5, 2.0]),
        ([np.str_("a"), "b"], ["a", "b"]),
        ([float("nan"), None], [None, None]),
        ([dt.date(2024, 1, 1), None], [dt.date(2024, 1, 1), None]),
    ],
)
def test_python_values_become_a_column_of_one_type(values: list[Any], expected: list[Any]) -> None:
    assert frame_of({"x": values})["x"].to_list() == expected
    assert frame_of([{"x": value} for value in values])["x"].to_list() == expected


@pytest.mark.parametrize("table", [None, 3, [1, 2], [], np.zeros((2, 2)), torch.zeros(2, 2), [[1, 2]], pl.Series([1])])
def test_other_objects_are_refused_with_a_list_of_what_is_accepted(table: Any) -> None:
    with pytest.raises(DataError, match="expected the path of a table, a polars or pandas data frame, a dict of"):
        frame_of(table)


@pytest.mark.parametrize("value", [3, "abc", None])
def test_a_column_that_is_a_single_value_is_refused(value: Any) -> None:
    with pytest.raises(DataError, match="column 'x' is the single value"):
        frame_of({"x": value})


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(DataError, match="different lengths, 1 and 2"):
        frame_of({"x": [1, 2], "y": [1]})


def test_names_are_normalized_and_unique() -> None:
    assert frame_of({"gro\u0308sse": [1]}).columns == ["gr\u00f6sse"]
    with pytest.raises(DataError, match="more than once"):
        frame_of({"gro\u0308sse": [1], "gr\u00f6sse": [2]})


@pytest.fixture
def pandas() -> ModuleType:
    return pytest.importorskip("pandas")


def test_a_pandas_frame_keeps_its_types(pandas: ModuleType) -> None:
    dates = ["2024-01-01 10:00", "2024-07-01 10:00"]
    frame = pandas.DataFrame(
        {
            "i": [1, 2],
            "f": [0.5, None],
            "f32": np.array([1, 2], dtype="float32"),
            "s": ["a", None],
            "b": [True, False],
            "c": pandas.Categorical(["u", None]),
            "n": pandas.Categorical([7, 8]),
            "I": pandas.array([1, None], dtype="Int64"),
            "B": pandas.array([True, None], dtype="boolean"),
            "o": [1, "a"],
            "big": [BIG, None],
            "u": np.array([1, 2**64 - 1], dtype="uint64"),
            "t": pandas.to_datetime(dates),
            "z": pandas.to_datetime(dates).tz_localize("Europe/Zurich"),
            "d": [dt.date(2024, 1, 1), None],
        },
        index=["r1", "r2"],
    )
    taken = frame_of(frame)
    assert taken.drop("f").to_dict(as_series=False) == {
        "i": [1, 2],
        "f32": [1.0, 2.0],
        "s": ["a", None],
        "b": [True, False],
        "c": ["u", None],
        "n": [7, 8],
        "I": [1, None],
        "B": [True, None],
        "o": ["1", "a"],
        "big": [BIG, None],
        "u": [1, 2**64 - 1],
        "t": [dt.datetime.fromisoformat("2024-01-01 10:00"), dt.datetime.fromisoformat("2024-07-01 10:00")],
        "z": [dt.datetime.fromisoformat("2024-01-01 09:00"), dt.datetime.fromisoformat("2024-07-01 08:00")],
        "d": [dt.date(2024, 1, 1), None],
    }
    assert taken["f32"].dtype == pl.Float32
    assert taken["f"].fill_nan(None).to_list() == [0.5, None]


def test_pandas_frames_are_read_without_pyarrow(pandas: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pandas.DataFrame({"x": [1, 2], "s": ["a", "b"], 0: [True, False]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert frame_of(frame).rows() == [(1, "a", True), (2, "b", False)]
    assert frame_of(frame).columns == ["x", "s", "0"]
    assert frame_of({"x": frame["x"]}).rows() == [(1,), (2,)]
    with pytest.raises(DataError, match="more than once"):
        frame_of(frame.set_axis(["x", "x", "y"], axis=1))
