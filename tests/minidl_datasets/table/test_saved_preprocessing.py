"""Preprocessings saved by earlier versions encode new data as before."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
import torch

from minidl_core import DataError
from minidl_datasets.table import Table
from minidl_datasets.table.preprocessing import TablePreprocessing

CLASSIFICATION: dict[str, Any] = {
    "columns": [
        {"name": "n", "mean": 5.5, "deviation": 3.452052529534663},
        {"name": "flag", "mean": 0.5, "deviation": 0.5},
        {"name": "lower", "mean": 0.6666666666666666, "deviation": 0.4714045207910317},
        {"name": "city", "categories": ["Bern", "Chur", "None"]},
        {"name": "code", "categories": ["007", "7", "8.0"]},
    ],
    "target": {"column": "y", "task": "classification", "classes": ["a", "b"], "mean": 0.0, "deviation": None},
    "missing": "mean",
    "separator": ";",
}
"""The preprocessing that the first version saved for a CSV, and its inputs for `LINES`."""
LINES = (
    "n;flag;lower;city;code\n0;False;false;Bern;007\n1;True;true;None;7\n2;False;true;Chur;8.0\n3;True;false;Bern;007\n"
)
INPUTS = [
    [-1.593255013631383, -1.0, -1.414213562373095, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    [-1.3035722838802224, 1.0, 0.7071067811865476, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0],
    [-1.013889554129062, -1.0, 0.7071067811865476, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
    [-0.7242068243779014, 1.0, -1.414213562373095, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
]

REGRESSION: dict[str, Any] = {
    "columns": [
        {"name": "f", "categories": ["0.10000000149011612", "0.20000000298023224", "0.30000001192092896"]},
        {"name": "x", "mean": 8.25, "deviation": 5.178078794301995},
    ],
    "target": {"column": "y", "task": "regression", "classes": [], "mean": 13.75, "deviation": 8.630131323836657},
    "missing": "error",
    "separator": None,
}
"""The preprocessing that it saved for a Parquet file in which `f` is float32."""


def restored(saved: dict[str, Any]) -> TablePreprocessing:
    preprocessing = Table.restore_preprocessing(saved)
    assert isinstance(preprocessing, TablePreprocessing)
    again = Table.restore_preprocessing(preprocessing.to_json())
    assert again == preprocessing
    return preprocessing


def test_a_file_gives_the_same_inputs_bit_for_bit(tmp_path: Any) -> None:
    (tmp_path / "new.csv").write_text(LINES)
    assert restored(CLASSIFICATION).transform(tmp_path / "new.csv").tolist() == INPUTS


def test_other_formats_mean_the_same() -> None:
    rows = {"n": [0, 1], "flag": [False, True], "lower": [False, True], "city": ["Bern", "None"], "code": ["007", "7"]}
    assert restored(CLASSIFICATION).transform(pl.DataFrame(rows)).tolist() == INPUTS[:2]


def test_float32_numbers_match_their_categories() -> None:
    frame = pl.DataFrame({"f": pl.Series([0.1, 0.2, 0.3], dtype=pl.Float32), "x": [0.0, 1.5, 3.0]})
    expected = [[1, 0, 0, -1.593255013631383], [0, 1, 0, -1.3035722838802224], [0, 0, 1, -1.013889554129062]]
    assert restored(REGRESSION).transform(frame).tolist() == expected
    with pytest.raises(DataError, match="values are missing"):
        restored(REGRESSION).transform(frame.with_columns(x=None))


def test_predictions_are_decoded_as_before() -> None:
    target = restored(REGRESSION).target
    assert target.scale is not None
    torch.testing.assert_close(target.scale.to_units(torch.tensor([[1.0]]).double()).item(), 13.75 + 8.630131323836657)
    assert target.metric_scale == target.scale
    assert restored(CLASSIFICATION).target.names == ("a", "b")


def damaged() -> dict[str, Any]:
    """Return invalid values of a preprocessing, by their path."""
    number, text = {"name": "n", "mean": 0.0, "deviation": 1.0}, {"name": "c", "categories": ["a", "b"]}
    date = {"name": "d", "first": "2024-01-01T00:00:00", "parts": [{**number, "name": "d.year"}]}
    target = REGRESSION["target"]
    return {
        "columns": [None, [], {}, "", [number, number], 5, "n", [5], ["n"], [[]], [{}], [{**number, "name": 5}], [{**number, "mean": "0"}],
                    [{**number, "mean": float("nan")}], [{**number, "deviation": -1.0}], [{**number, "offset": "1e999999999"}],
                    [{**number, "offset": "x"}], [{**number, "offset": "9" * 5000}], [{**text, "categories": ["a", "a"]}],
                    [{**text, "categories": "ab"}], [{**text, "categories": [1]}], [{**date, "first": "soon"}],
                    [{**date, "first": "2024-01-01T00:00:00+01:00"}], [{**date, "parts": [number]}], [{**date, "parts": 5}]],
        "target": [None, [], {}, {**target, "task": "guess"}, {**target, "task": "classification"},
                   {**target, "classes": ["a", "b"]}, {**target, "column": None}, {**target, "deviation": "1"}],
        "missing": [None, "zero", [], 5],
        "separator": [5, ["a"], {}],
        "dialect": [5, [], {}, {"separator": 5}, {"missing_values": 5}, {"decimal": None}],
    }  # fmt: skip


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, values in damaged().items() for value in values])
def test_invalid_preprocessings_are_not_restored(path: str, value: Any) -> None:
    if value == {} and path == "dialect":
        pytest.skip("all of a dialect has defaults")
    with pytest.raises((KeyError, TypeError, ValueError)):
        Table.restore_preprocessing(REGRESSION | {path: value})


@pytest.mark.parametrize("lacking", ["columns", "target", "missing", "separator"])
def test_an_incomplete_preprocessing_is_not_restored(lacking: str) -> None:
    with pytest.raises(KeyError):
        Table.restore_preprocessing({key: value for key, value in REGRESSION.items() if key != lacking})


def test_every_kind_of_column_is_saved(tmp_path: Any) -> None:
    frame = pl.DataFrame({
        "n": [row / 7 for row in range(20)],
        "far": [2**60 + row % 5 for row in range(20)],
        "near": [f"1700000000.{row:06}" for row in range(20)],
        "city": ["Bern", "Chur"] * 10,
        "day": [f"2024-01-{row + 1:02}" for row in range(20)],
        "y": [2**55 + row * row for row in range(20)],
    })  # fmt: skip
    frame.write_csv(tmp_path / "a.csv", separator=";")
    table = Table(tmp_path / "a.csv", "y", dates="day", separator=";", missing_values="-+none", thousands="'")
    data = table.load(0)
    assert data.preprocessing is not None
    again = restored(json.loads(json.dumps(data.preprocessing.to_json(), allow_nan=False)))
    assert again == data.preprocessing
    assert again.transform(tmp_path / "a.csv").equal(data.preprocessing.transform(tmp_path / "a.csv"))
