"""Tables that would fill the memory are refused before they do."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from minidl_core import DataError
from minidl_datasets.table import Table
from minidl_datasets.table.encoding import memory_limit


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"target": "name", "ignore": "word", "task": "classification"}, r"with 30 classes each.*target than 'name'"),
        ({"target": "x", "ignore": "name", "categorical": "word"}, r"with 30 inputs each.*ignore the columns"),
    ],
)
def test_one_hot_numbers_beyond_the_memory_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], hint: str
) -> None:
    words = [f"w{row % 30}" for row in range(120)]
    pl.DataFrame({"x": [row / 7 for row in range(120)], "name": words, "word": words}).write_csv(tmp_path / "a.csv")
    assert len(Table(tmp_path / "a.csv", **settings).load(0).train.inputs) == 96  # type: ignore[arg-type]
    monkeypatch.setattr(memory_limit, "MAX_VALUES", 2000)
    with pytest.raises(DataError, match=rf"rows {hint}"):
        Table(tmp_path / "a.csv", **settings).load(0)  # type: ignore[arg-type]
