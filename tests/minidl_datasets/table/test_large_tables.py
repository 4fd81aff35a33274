"""Large tables: float32 is kept, rows are encoded in blocks, files may be in several chunks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from minidl_core import Data, DataError
from minidl_datasets.table import Table, preprocessing
from minidl_datasets.table.encoding.number_encoder import compute_spread

ROWS = 1000
SOURCE = np.random.default_rng(0)
FRAME = pl.DataFrame(
    {
        "x": SOURCE.standard_normal(ROWS, dtype=np.float32),
        "far": SOURCE.standard_normal(ROWS, dtype=np.float32) + np.float32(1000),
        "k": np.full(ROWS, 3, dtype=np.float32),
        "city": [f"{row % 3}b" for row in range(ROWS)],
        "y": SOURCE.standard_normal(ROWS, dtype=np.float32),
    }
)


def loaded(folder: Path, frame: pl.DataFrame = FRAME, rows_a_group: int | None = None, **settings: object) -> Data:
    frame.write_parquet(folder / "a.parquet", row_group_size=rows_a_group)
    return Table(folder / "a.parquet", "y", **settings).load(0)  # type: ignore[arg-type]


def wide(frame: pl.DataFrame = FRAME) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Float32).cast(pl.Float64))


@pytest.mark.parametrize("standardize", [True, False])
def test_float32_numbers_become_float32_inputs_rounded_only_once(tmp_path: Path, standardize: bool) -> None:
    data, exact = (loaded(tmp_path, frame, standardize=standardize) for frame in (FRAME, wide()))
    assert exact.train.inputs.dtype == exact.test.inputs.dtype == torch.float64
    assert data.train.inputs.equal(exact.train.inputs.float())
    assert data.test.inputs.equal(exact.test.inputs.float())
    assert data.train.inputs.is_contiguous()


def test_targets_stay_float64(tmp_path: Path) -> None:
    data, exact = loaded(tmp_path), loaded(tmp_path, wide())
    assert data.train.targets.dtype == torch.float64
    assert data.train.targets.equal(exact.train.targets)
    assert data.target_scale == exact.target_scale


def test_one_number_of_another_type_makes_all_inputs_float64(tmp_path: Path) -> None:
    frame = FRAME.with_columns(n=pl.int_range(ROWS))
    data, exact = loaded(tmp_path, frame), loaded(tmp_path, wide(frame))
    assert data.train.inputs.dtype == torch.float64
    assert data.train.inputs.equal(exact.train.inputs)


def test_the_training_file_in_float32_gives_the_training_inputs_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    data = loaded(tmp_path, test=path)
    assert data.preprocessing is not None
    for source in (path, FRAME):
        assert data.preprocessing.transform(source).equal(data.train.inputs)


@pytest.mark.parametrize("lacking", [None, float("nan")])
def test_missing_float32_numbers_become_the_mean_exactly(tmp_path: Path, lacking: float | None) -> None:
    lacks = pl.int_range(ROWS) % 5 == 0
    holed = FRAME.with_columns(far=pl.when(~lacks).then("far").otherwise(pl.lit(lacking, dtype=pl.Float32)))
    data = loaded(tmp_path, holed, missing="mean", test=tmp_path / "a.parquet")
    assert data.train.inputs.dtype == torch.float32
    assert not data.train.inputs[::5, 1].any()
    assert data.train.inputs[1::5, 1].all()
    with pytest.raises(DataError, match=r"values are missing in 'far' \(200 of 1000\)"):
        loaded(tmp_path, holed)


@pytest.mark.parametrize("dtype", [pl.Float32, pl.Float64])
def test_numbers_whose_sum_overflows_are_not_infinite(tmp_path: Path, dtype: type[pl.DataType]) -> None:
    largest = 3e38 if dtype == pl.Float32 else 1.7e308
    frame = FRAME.with_columns(x=pl.lit(largest, dtype=dtype))
    data = loaded(tmp_path, frame, standardize=False)
    torch.testing.assert_close(data.train.inputs[:, 0].double(), torch.full((800,), largest, dtype=torch.float64))


@pytest.mark.parametrize("dtype", [pl.Float32, pl.Float64])
@pytest.mark.parametrize("infinite", [[float("inf")], [float("-inf")], [float("inf"), float("-inf")]])
def test_infinite_numbers_are_found(tmp_path: Path, dtype: type[pl.DataType], infinite: list[float]) -> None:
    values = pl.Series([1.0, *infinite, float("nan")] + [0.0] * (ROWS - len(infinite) - 2), dtype=dtype)
    with pytest.raises(DataError, match=r"column 'x' contains an infinite or too large number.*\(row 2\)"):
        loaded(tmp_path, FRAME.with_columns(x=values))


@pytest.mark.parametrize("missing", ["error", "mean"])
def test_rows_are_the_same_in_any_number_of_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    whole = loaded(tmp_path, missing=missing)
    monkeypatch.setattr(preprocessing, "BLOCK", 7)
    blocks = loaded(tmp_path, missing=missing)
    assert blocks.train.inputs.equal(whole.train.inputs)
    assert blocks.test.inputs.equal(whole.test.inputs)


def test_a_file_in_pieces_gives_the_same_data(tmp_path: Path) -> None:
    whole, pieces = loaded(tmp_path), loaded(tmp_path, rows_a_group=64)
    assert pl.read_parquet(tmp_path / "a.parquet")["x"].n_chunks() > 1
    for one, other in zip((*pieces.train, *pieces.test), (*whole.train, *whole.test), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)


def test_split_rows_keep_inputs_and_targets_together(tmp_path: Path) -> None:
    data = loaded(tmp_path, FRAME.with_columns(y="x"), rows_a_group=64, standardize=False)
    for samples in (data.train, data.test):
        assert samples.inputs[:, 0].equal(samples.targets[:, 0].float())


def test_a_table_without_rows_gives_no_inputs(tmp_path: Path) -> None:
    data = loaded(tmp_path)
    assert data.preprocessing is not None
    assert data.preprocessing.transform(FRAME.clear()).shape == (0, 6)


@pytest.mark.parametrize("mean", [0.0, 1e6, 1e9, 1e12])
def test_a_deviation_beside_a_large_mean_keeps_its_digits(mean: float) -> None:
    values = np.random.default_rng(1).standard_normal(ROWS) + mean
    pieces = pl.concat([pl.Series(values[:300]), pl.Series(values[300:])], rechunk=False)
    exact = values.astype(np.longdouble).std()
    assert abs(compute_spread(pieces, "here").deviation / exact - 1) < 1e-12
