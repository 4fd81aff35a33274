"""One value means one input, whatever the format of the training file, the test file and new data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import torch

from minidl_core import Data
from minidl_datasets.table import Table
from minidl_datasets.table.columns.canonical_text import canonical_text

ROWS = 40
COLUMNS: dict[str, list[Any]] = {
    "flag": [row % 2 == 0 for row in range(ROWS)],
    "whole": [row % 4 + 5 for row in range(ROWS)],
    "code": [row % 3 + 7 for row in range(ROWS)],
    "size": [(row % 5) / 2 for row in range(ROWS)],
    "far": [2**60 + row % 7 for row in range(ROWS)],
    "price": [f"{10**20 + row % 3}.{row % 7}" for row in range(ROWS)],
    "day": [f"2024-{row % 5 + 1:02}-{row % 28 + 1:02}" for row in range(ROWS)],
    "moment": [f"2024-01-02 {row % 24:02}:{row % 60:02}:00" for row in range(ROWS)],
    "city": [("Bern", "Chur", "None yet")[row % 3] for row in range(ROWS)],
    "state": [row % 3 == 0 for row in range(ROWS)],
}
SETTINGS: dict[str, Any] = {"categorical": "code+state+size", "dates": "day+moment"}

Write = Callable[[Path, dict[str, list[Any]]], Any]


def spelled_by_python(path: Path, columns: dict[str, list[Any]], separator: str) -> Path:
    """Write values as Python prints them: `True`, `7`, `0.5`."""
    lines = [separator.join(columns), *(separator.join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path


def csv(path: Path, columns: dict[str, list[Any]]) -> Path:
    return spelled_by_python(path.with_suffix(".csv"), columns, ",")


def tsv(path: Path, columns: dict[str, list[Any]]) -> Path:
    return spelled_by_python(path.with_suffix(".tsv"), columns, "\t")


def csv_of_polars(path: Path, columns: dict[str, list[Any]]) -> Path:
    pl.DataFrame(columns).write_csv(path.with_suffix(".csv"))
    return path.with_suffix(".csv")


def upper_csv(path: Path, columns: dict[str, list[Any]]) -> Path:
    """Write truth values in capitals and numbers as decimals, except those that decimals would change."""
    return csv(path, {name: [_upper(value) for value in values] for name, values in columns.items()})


def _upper(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).upper()
    return value if isinstance(value, str) or value > 2**53 else f"{value:.2f}"


def ndjson(path: Path, columns: dict[str, list[Any]]) -> Path:
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    path = path.with_suffix(".ndjson")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def quoted_ndjson(path: Path, columns: dict[str, list[Any]]) -> Path:
    return ndjson(path, {name: [str(value) for value in values] for name, values in columns.items()})


def native(columns: dict[str, list[Any]]) -> pl.DataFrame:
    """Return columns in their native types, also those that are texts here."""
    return pl.DataFrame(columns).with_columns(
        pl.col("price").cast(pl.Decimal(38, 1)), pl.col("day").str.to_date(), pl.col("moment").str.to_datetime()
    )


def parquet(path: Path, columns: dict[str, list[Any]]) -> Path:
    native(columns).write_parquet(path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def wide_parquet(path: Path, columns: dict[str, list[Any]]) -> Path:
    """Write whole numbers as floats if these are exact, else in 128 bits."""
    frame = native(columns).with_columns(
        pl.col("far").cast(pl.Int128), pl.col("whole", "code").cast(pl.Float64), pl.col("size").cast(pl.Float32)
    )
    frame.write_parquet(path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def decimals(path: Path, columns: dict[str, list[Any]]) -> Path:
    numbers = pl.col("whole", "code", "size", "far").cast(pl.Decimal(38, 3))
    native(columns).with_columns(numbers).write_parquet(path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


FILES: list[Write] = [csv, tsv, csv_of_polars, upper_csv, ndjson, quoted_ndjson, parquet, wide_parquet, decimals]


def with_target(target: list[Any]) -> dict[str, list[Any]]:
    return COLUMNS | {"y": target}


def reference(folder: Path, target: list[Any], **settings: Any) -> Data:
    path = parquet(folder / "reference", with_target(target))
    return Table(path, "y", test=path, **SETTINGS, **settings).load(0)


def canonical_names(names: tuple[str, ...]) -> list[str]:
    """Return the names of classes and categories without differences of the format; texts stay as written."""
    return ["=".join(canonical_text(part) for part in name.split("=")) for name in names]


def same(one: torch.Tensor, other: torch.Tensor) -> None:
    torch.testing.assert_close(one.double(), other.double(), rtol=1e-12, atol=1e-12)


TARGETS: dict[str, tuple[list[Any], dict[str, str]]] = {
    "truth values": ([row % 2 == 0 for row in range(ROWS)], {}),
    "whole numbers": ([row % 3 + 1 for row in range(ROWS)], {}),
    "codes": ([row % 3 + 41 for row in range(ROWS)], {"task": "classification"}),
    "halves": ([(row % 4) / 2 for row in range(ROWS)], {"task": "classification"}),
    "texts": ([("no", "yes")[row % 2] for row in range(ROWS)], {}),
    "numbers": ([row**1.5 for row in range(ROWS)], {}),
    "counts": ([row * row for row in range(ROWS)], {}),
    "far numbers": ([2**60 + row for row in range(ROWS)], {}),
    "truth values as numbers": ([row % 2 == 0 for row in range(ROWS)], {"task": "regression"}),
}


def exact(target: str, write: Write) -> bool:
    """Return whether a format writes a target with all its digits."""
    return not (write is upper_csv and target == "numbers")


@pytest.mark.slow
@pytest.mark.parametrize("write", FILES)
@pytest.mark.parametrize("target", TARGETS)
def test_training_and_test_files_of_all_formats_mean_the_same(tmp_path: Path, write: Write, target: str) -> None:
    if not exact(target, write):
        pytest.skip("the format rounds it")
    values, settings = TARGETS[target]
    expected = reference(tmp_path, values, **settings)
    path, known = write(tmp_path / "other", with_target(values)), tmp_path / "reference.parquet"
    for train, test in ((path, known), (known, path)):
        data = Table(train, "y", test=test, **SETTINGS, **settings).load(0)
        assert data.task == expected.task
        assert canonical_names(data.target_names) == canonical_names(expected.target_names)
        assert canonical_names(data.feature_names) == canonical_names(expected.feature_names)
        for part, wanted in ((data.train, expected.train), (data.test, expected.test)):
            same(part.inputs, wanted.inputs)
            same(part.targets, wanted.targets)
        assert not [notice for notice in data.notices if "categories" in notice.message]


def in_memory() -> dict[str, Callable[[dict[str, list[Any]]], Any]]:
    forms: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
        "polars": native,
        "lazy": lambda columns: native(columns).lazy(),
        "dict": lambda columns: columns,
        "dicts": lambda columns: native(columns).to_dicts(),
        "texts": lambda columns: {name: [str(value) for value in values] for name, values in columns.items()},
    }
    try:
        import pandas as pd
    except ImportError:
        return forms
    return forms | {"pandas": pd.DataFrame, "pandas objects": lambda columns: pd.DataFrame(columns, dtype=object)}


@pytest.mark.parametrize("write", FILES)
def test_new_data_of_all_formats_mean_the_same(tmp_path: Path, write: Write) -> None:
    path = write(tmp_path / "train", with_target([row**1.5 for row in range(ROWS)]))
    preprocessing = Table(path, "y", test=path, **SETTINGS).load(0).preprocessing  # type: ignore[arg-type]
    assert preprocessing is not None
    expected = preprocessing.transform(path)
    for new in FILES:
        same(preprocessing.transform(new(tmp_path / "new", COLUMNS)), expected)
    for make in in_memory().values():
        same(preprocessing.transform(make(COLUMNS)), expected)


def test_a_code_with_leading_zeros_differs_from_the_number(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,x,y\n" + "007,1,0.5\n7,2,1\n010,4,9\n" * 4)
    preprocessing = Table(tmp_path / "a.csv", "y", categorical="code").load(0).preprocessing
    assert preprocessing is not None
    assert preprocessing.feature_names == ("code=007", "code=7", "code=010", "x")  # type: ignore[attr-defined]
    for sevens in (["7"], [7], [7.0], ["7.0"]):
        assert preprocessing.transform({"code": sevens, "x": [1]})[0, :3].tolist() == [0, 1, 0]
    assert preprocessing.transform({"code": ["007"], "x": [1]})[0, :3].tolist() == [1, 0, 0]
    with pytest.warns(match="column 'code' has categories that the network was not trained with.*'10'"):
        assert not preprocessing.transform({"code": [10], "x": [1]})[0, :3].any()
