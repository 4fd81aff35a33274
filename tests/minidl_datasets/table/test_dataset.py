"""A table as a dataset: from the file to training and test samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import torch

from minidl_core import Data, DataError, SettingError, parse_component
from minidl_core.assembly.argument_binding import bind
from minidl_datasets.table import Table

ROWS = 20
FRAME = pl.DataFrame(
    {
        "n": list(range(ROWS)),
        "x": [row * row / 8 for row in range(ROWS)],
        "old": [row % 3 == 0 for row in range(ROWS)],
        "city": ["Bern" if row % 2 else "Aarau" for row in range(ROWS)],
        "y": ["yes" if row % 4 else "no" for row in range(ROWS)],
    }
)


def stored(folder: Path, frame: pl.DataFrame = FRAME, name: str = "a.parquet") -> Path:
    getattr(frame, f"write_{name.rpartition('.')[2]}")(folder / name)
    return folder / name


def loaded(path: Path, target: str | None = "y", seed: int = 0, **settings: Any) -> Data:
    return Table(path, target, **settings).load(seed)


def column(data: Data, name: str) -> torch.Tensor:
    """Return an input of the training rows, then of the test rows."""
    index = data.feature_names.index(name)
    return torch.cat([data.train.inputs[:, index], data.test.inputs[:, index]])


def test_a_table_becomes_data(tmp_path: Path) -> None:
    data = loaded(stored(tmp_path))
    assert data.feature_names == ("n", "x", "old", "city=Aarau", "city=Bern")
    assert data.target_names == ("no", "yes")
    assert data.task == "classification"
    assert data.target_scale is None
    assert data.train.inputs.shape == (16, 5)
    assert data.test.targets.shape == (4, 2)
    assert data.train.inputs.dtype == data.train.targets.dtype == torch.float64
    assert data.train.inputs.is_contiguous()


def test_all_formats_give_the_same_data(tmp_path: Path) -> None:
    FRAME.write_csv(tmp_path / "a.tsv", separator="\t")
    paths = [stored(tmp_path, name=f"a.{ending}") for ending in ("csv", "parquet", "ndjson")]
    first, *others = (loaded(path) for path in [*paths, tmp_path / "a.tsv"])
    for other in others:
        assert other.feature_names == first.feature_names
        for ours, theirs in zip((*first.train, *first.test), (*other.train, *other.test), strict=True):
            assert ours.equal(theirs)


def test_numbers_are_standardized_by_the_training_rows(tmp_path: Path) -> None:
    data, raw = loaded(stored(tmp_path)), loaded(stored(tmp_path), standardize=False)
    numbers = data.train.inputs[:, :3]
    torch.testing.assert_close(numbers.mean(0), torch.zeros(3).double(), atol=1e-12, rtol=0)
    torch.testing.assert_close(numbers.std(0, correction=0), torch.ones(3).double())
    train, test = raw.train.inputs[:, :3], raw.test.inputs[:, :3]
    torch.testing.assert_close(data.test.inputs[:, :3], (test - train.mean(0)) / train.std(0, correction=0))


def test_numbers_are_unchanged_without_standardizing(tmp_path: Path) -> None:
    data = loaded(stored(tmp_path), standardize=False)
    assert column(data, "n").sort().values.tolist() == list(range(ROWS))
    assert set(column(data, "old").tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("value", [7, 0.1, -1e300, 0.0])
def test_a_constant_column_becomes_zero(tmp_path: Path, value: float) -> None:
    path = stored(tmp_path, FRAME.with_columns(k=pl.lit(value)))
    assert not column(loaded(path), "k").any()
    assert (column(loaded(path, standardize=False), "k") == value).all()


def test_a_column_constant_in_training_becomes_zero_in_the_test_rows(tmp_path: Path) -> None:
    train, test = (
        stored(tmp_path, FRAME.with_columns(k=pl.lit(3))),
        stored(tmp_path, FRAME.with_columns(k="n"), "t.csv"),
    )
    assert not column(loaded(train, test=test), "k").any()


def test_columns_that_are_all_constant_are_an_error(tmp_path: Path) -> None:
    path = stored(tmp_path, FRAME.select("y", a=pl.lit(3), b=pl.lit("c")))
    with pytest.raises(DataError, match="every column is constant in the training rows"):
        loaded(path)


@pytest.mark.parametrize("factor", [1e306, 1e-200])
def test_numbers_beyond_floats_are_an_error(tmp_path: Path, factor: float) -> None:
    with pytest.raises(DataError, match="'x' are too large or too close together: rescale"):
        loaded(stored(tmp_path, FRAME.with_columns(pl.col("x") * factor)))


def test_texts_are_one_hot_over_the_sorted_categories(tmp_path: Path) -> None:
    data = loaded(stored(tmp_path))
    assert (column(data, "city=Bern") + column(data, "city=Aarau") == 1).all()
    assert column(data, "city=Bern").sum() == FRAME.filter(city="Bern").height


def test_an_unseen_category_is_all_zeros(tmp_path: Path) -> None:
    test = stored(tmp_path, FRAME.with_columns(city=pl.lit("Zug")), "t.parquet")
    data = loaded(stored(tmp_path), test=test)
    assert not data.test.inputs[:, 3:].any()
    assert data.feature_names[3:] == ("city=Aarau", "city=Bern")


def test_categories_are_those_of_the_training_rows(tmp_path: Path) -> None:
    once = FRAME.with_columns(city=pl.format("c{}", "n"))
    data = loaded(stored(tmp_path, once), categorical="city")
    assert len([name for name in data.feature_names if name.startswith("city=")]) == 16
    assert not data.test.inputs[:, 3:].any()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_listed_numbers_are_categories_in_the_order_of_numbers(tmp_path: Path, ending: str) -> None:
    frame = FRAME.with_columns(code=pl.col("n") % 2 * 8 + 2, more=pl.col("n") % 2)
    data = loaded(stored(tmp_path, frame, f"a.{ending}"), categorical="code + more")
    assert data.feature_names[-4:] == ("code=2", "code=10", "more=0", "more=1")


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["Bern", "Aarau"])])
def test_declared_categories_are_texts(tmp_path: Path, dtype: pl.DataType) -> None:
    data = loaded(stored(tmp_path, FRAME.with_columns(pl.col("city").cast(dtype))))
    assert data.train.inputs.equal(loaded(stored(tmp_path)).train.inputs)


def test_decimals_are_numbers(tmp_path: Path) -> None:
    data = loaded(stored(tmp_path, FRAME.with_columns(pl.col("x").cast(pl.Decimal(20, 3)))))
    assert data.train.inputs.equal(loaded(stored(tmp_path)).train.inputs)


def test_too_many_categories_are_an_error_with_the_setting_that_allows_them(tmp_path: Path) -> None:
    path = stored(tmp_path, FRAME.with_columns(city=pl.format("c{}", pl.col("n") // 2)))
    with pytest.raises(DataError, match=r"'city' has 10 different texts.*ignore=city, or max_categories=10"):
        loaded(path, max_categories=9)
    with pytest.raises(DataError, match=r"'city' has 10 different values.*max_categories=10 .* or ignore=city"):
        loaded(path, max_categories=9, categorical="city")
    loaded(path, max_categories=10)


def test_a_split_follows_from_the_seed(tmp_path: Path) -> None:
    path = stored(tmp_path)
    first, again, other = (loaded(path, seed=seed) for seed in (0, 0, 1))
    assert first.train.inputs.equal(again.train.inputs)
    assert first.test.targets.equal(again.test.targets)
    assert not first.test.inputs.equal(other.test.inputs)


def test_the_seed_of_the_table_fixes_the_split(tmp_path: Path) -> None:
    table = Table(stored(tmp_path), "y", seed=3)
    assert table.load(0).test.inputs.equal(table.load(1).test.inputs)


def test_the_file_is_read_once(tmp_path: Path) -> None:
    table = Table(stored(tmp_path), "y", test=stored(tmp_path, name="t.csv"))
    first = table.load(0)
    for path in tmp_path.iterdir():
        path.unlink()
    assert table.load(0).train.inputs.equal(first.train.inputs)


def test_training_and_test_rows_are_the_table(tmp_path: Path) -> None:
    data = loaded(stored(tmp_path), test_share=0.3, standardize=False)
    assert len(data.test.inputs) == 6
    assert column(data, "n").sort().values.tolist() == list(range(ROWS))


def test_test_rows_may_come_from_a_file(tmp_path: Path) -> None:
    test = FRAME.head(7).select("y", "city", "x", "n", "old", further=pl.lit("ignored"))
    data = loaded(stored(tmp_path), test=stored(tmp_path, test, "t.csv"))
    assert len(data.train.inputs) == ROWS
    assert data.test.inputs.equal(data.train.inputs[:7])
    assert data.test.targets.equal(data.train.targets[:7])


def test_the_test_file_must_have_the_columns(tmp_path: Path) -> None:
    path = stored(tmp_path)
    with pytest.raises(DataError, match=r"t\.csv: it has no column 'city'.*did you mean 'City'"):
        loaded(path, test=stored(tmp_path, FRAME.rename({"city": "City"}), "t.csv"))
    with pytest.raises(DataError, match=r"t\.csv: it has no column 'y' to predict"):
        loaded(path, test=stored(tmp_path, FRAME.drop("y"), "t.csv"))


def test_numbers_stay_numbers_in_the_test_file(tmp_path: Path) -> None:
    for content in (pl.lit("many"), pl.lit([1])):
        test = stored(tmp_path, FRAME.with_columns(x=content), "t.parquet")
        with pytest.raises(DataError, match=r"t\.parquet: column 'x' should contain numbers"):
            loaded(stored(tmp_path), test=test)


def test_classes_of_the_test_file_must_occur_in_training(tmp_path: Path) -> None:
    test = stored(tmp_path, FRAME.with_columns(y=pl.lit("maybe")), "t.csv")
    with pytest.raises(DataError, match=r"t\.csv: the training data has no rows of class 'maybe'"):
        loaded(stored(tmp_path), test=test)


def test_codes_with_leading_zeros_mean_the_same_in_both_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("zip,x,y\n" + "007,1,01\nA1,2,b\nB2,3,c\n" * 5)
    (tmp_path / "t.csv").write_text("zip,x,y\n007,1,01\n")
    data = loaded(tmp_path / "a.csv", test=tmp_path / "t.csv")
    assert data.test.inputs[0].equal(data.train.inputs[0])
    assert data.test.targets.tolist() == [[1, 0, 0]]


def test_ignored_columns_are_not_inputs(tmp_path: Path) -> None:
    assert loaded(stored(tmp_path), ignore="x+city").feature_names == ("n", "old")


def test_a_column_whose_name_contains_a_plus_can_be_listed(tmp_path: Path) -> None:
    path = stored(tmp_path, FRAME.rename({"x": "n+old"}))
    assert loaded(path, ignore="n+old").feature_names == ("n", "old", "city=Aarau", "city=Bern")


@pytest.mark.parametrize("setting", ["ignore", "categorical"])
def test_a_listed_column_that_is_absent_is_an_error(tmp_path: Path, setting: str) -> None:
    listed: dict[str, Any] = {setting: "n+citty"}
    with pytest.raises(DataError, match=f"no column 'citty', which is listed in {setting}=: did you mean 'city'"):
        loaded(stored(tmp_path), **listed)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pl.duration(days=1), "durations"),
        (pl.lit([1]), "lists or objects"),
        (pl.struct("n"), "lists or objects"),
        (pl.lit(b"b"), "bytes"),
    ],
)
def test_neither_numbers_nor_texts_are_an_error(tmp_path: Path, values: pl.Expr, kind: str) -> None:
    with pytest.raises(DataError, match=rf"'odd' contains {kind}.*ignore=odd"):
        loaded(stored(tmp_path, FRAME.with_columns(odd=values)))


def test_dates_may_be_categories(tmp_path: Path) -> None:
    path = stored(tmp_path, FRAME.with_columns(day=pl.date(2020, 1, pl.col("n") % 2 + 1)))
    assert loaded(path, categorical="day").feature_names[-2:] == ("day=2020-01-01", "day=2020-01-02")


@pytest.mark.parametrize("ending", ["csv", "parquet", "ndjson"])
def test_a_column_without_values_is_an_error(tmp_path: Path, ending: str) -> None:
    frame = FRAME.with_columns(none=pl.lit(None, dtype=pl.Float64))
    with pytest.raises(DataError, match="'none' has no values: write ignore=none"):
        loaded(stored(tmp_path, frame, f"a.{ending}"), missing="mean")


def test_infinite_numbers_are_an_error(tmp_path: Path) -> None:
    frame = FRAME.with_columns(x=pl.when(n=3).then(float("inf")).otherwise("x"))
    with pytest.raises(DataError, match=r"'x' contains an infinite or too large number \(row 4\)"):
        loaded(stored(tmp_path, frame))
    with pytest.raises(DataError, match=r"'x' contains texts among its numbers, such as 'inf' \(line 5\)"):
        loaded(stored(tmp_path, frame, "a.csv"))


def test_texts_among_numbers_are_shown_with_their_lines(tmp_path: Path) -> None:
    frame = FRAME.with_columns(x=pl.when(pl.col("n") % 5 == 1).then(pl.lit("1e5x")).otherwise("x"))
    path = stored(tmp_path, frame, "a.csv")
    with pytest.raises(
        DataError, match=r"4 of its 20 values are not.*'1e5x' \(line 3\), '1e5x' \(line 8\).*categorical=x"
    ):
        loaded(path)
    assert "x=1e5x" in loaded(path, categorical="x").feature_names
    assert loaded(path, ignore="x").input_shape == (4,)


def test_numbers_among_texts_are_texts(tmp_path: Path) -> None:
    frame = FRAME.with_columns(x=pl.when(pl.col("n") < 9).then(pl.lit("1")).otherwise(pl.lit("a")))
    assert loaded(stored(tmp_path, frame)).feature_names[1:3] == ("x=1", "x=a")
    half = FRAME.with_columns(x=pl.when(pl.col("n") < 10).then(pl.lit("1")).otherwise(pl.lit("a")))
    with pytest.raises(DataError, match="10 of its 20 values are not"):
        loaded(stored(tmp_path, half))


def test_no_column_left_to_predict_from_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column left to predict 'y' from"):
        loaded(stored(tmp_path), ignore="n+x+old+city")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *(("test_share", share) for share in (0.0, 1.0, -0.1, float("nan"))),
        ("max_categories", 0),
        ("task", "guess"),
        ("missing", "zero"),
        *(("separator", separator) for separator in ("", ";;", "é", '"', "\n")),
    ],
)
def test_a_setting_outside_its_range_is_an_error(setting: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"table: {setting} must be"):
        Table(Path("a.csv"), "y", **{setting: value})


def test_a_separator_is_written_as_a_character_or_tab(tmp_path: Path) -> None:
    for separator, written in ((";", ";"), ("\t", "tab"), ("\t", "\\t"), ("\t", "\t")):
        FRAME.write_csv(tmp_path / "a.csv", separator=separator)
        assert loaded(tmp_path / "a.csv", separator=written).input_shape == (5,)


def test_settings_are_written_on_the_command_line() -> None:
    table = bind(Table, parse_component('table:"a b.csv":target=y:test=t.csv:task=regression:separator=";":seed=1'))
    assert isinstance(table, Table)
    assert (table.path, table.test, table.dialect.separator, table.seed) == (Path("a b.csv"), Path("t.csv"), ";", 1)
