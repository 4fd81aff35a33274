"""The target of a table: its task, its classes, its scale."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import torch

from minidl_core import Data, DataError
from minidl_datasets.table import Table


def loaded(folder: Path, targets: list[Any] | pl.Series, target: str | None = "y", **settings: Any) -> Data:
    pl.DataFrame({"x": [row * 1.5 for row in range(len(targets))], "y": targets}).write_parquet(folder / "a.parquet")
    return Table(folder / "a.parquet", target, **settings).load(0)


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        (["b", "a"] * 5, ("a", "b")),
        ([1, 0] * 5, ("0", "1")),
        ([2.0, 1.0] * 5, ("1", "2")),
        (["True", "FALSE"] * 5, ("false", "true")),
        ([True, False] * 5, ("false", "true")),
        (pl.Series(["b", "a"] * 5, dtype=pl.Categorical), ("a", "b")),
        (pl.Series([1, 0] * 5, dtype=pl.UInt8), ("0", "1")),
        (["1", "2"] * 5, ("1", "2")),
    ],
)
def test_texts_truth_values_and_whole_numbers_are_classes(tmp_path: Path, targets: Any, names: tuple[str, ...]) -> None:
    data = loaded(tmp_path, targets)
    assert data.task == "classification"
    assert data.target_names == names
    both = torch.cat([data.train.targets, data.test.targets])
    assert both.sum(0).tolist() == [5, 5]
    assert (both.sum(1) == 1).all()


def test_targets_belong_to_their_rows(tmp_path: Path) -> None:
    data = loaded(tmp_path, ["b", "a"] * 10, standardize=False)
    for inputs, targets in (data.train, data.test):
        assert targets.argmax(1).equal(1 - (inputs[:, 0] / 1.5).long() % 2)


@pytest.mark.parametrize(
    "targets",
    [[row / 4 for row in range(20)], [float(row) for row in range(20)], pl.Series(range(20)).cast(pl.Decimal(9, 2))],
)
def test_decimal_numbers_are_a_regression(tmp_path: Path, targets: Any) -> None:
    data = loaded(tmp_path, targets)
    assert data.task == "regression"
    assert data.target_names == ("y",)
    assert data.train.targets.shape == (16, 1)


def test_regression_targets_are_standardized_by_the_training_rows(tmp_path: Path) -> None:
    targets = [float(row * row) for row in range(20)]
    data, raw = loaded(tmp_path, targets), loaded(tmp_path, targets, standardize=False)
    assert raw.target_scale is None
    assert data.target_scale is not None
    assert data.target_scale.mean.tolist() == [raw.train.targets.mean()]
    assert data.target_scale.mean.shape == data.target_scale.deviation.shape == (1,)
    torch.testing.assert_close(data.train.targets.std(correction=0), torch.tensor(1.0).double())
    torch.testing.assert_close(data.target_scale.to_units(data.test.targets), raw.test.targets)


def test_the_task_can_be_set(tmp_path: Path) -> None:
    assert loaded(tmp_path, [1, 2] * 5, task="regression").task == "regression"
    assert loaded(tmp_path, [True, False] * 5, task="regression").train.targets.shape == (8, 1)
    assert loaded(tmp_path, [1.0, 2.5] * 5, task="classification").target_names == ("1", "2.5")


def test_a_regression_of_texts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'y' contains the text 'a' \(row 2\) instead of numbers.*task=classification"):
        loaded(tmp_path, ["1", "a", "b"] * 5, task="regression")


WHOLE = (pl.Int8, pl.UInt64, pl.Int128, pl.Float32, pl.Float64, pl.Decimal(9, 2), pl.String)


@pytest.mark.parametrize("dtype", WHOLE)
@pytest.mark.parametrize("targets", [[0, 1] * 5, [1, 2] * 5, [*range(10)] * 2, [*range(1, 11)] * 2, [0, 1, 2, 0, 1, 1]])
def test_whole_numbers_without_gaps_are_classes(tmp_path: Path, targets: list[int], dtype: Any) -> None:
    data = loaded(tmp_path, pl.Series(targets).cast(dtype))
    assert data.target_names == tuple(str(number) for number in sorted(set(targets)))
    (notice,) = [str(notice) for notice in data.notices if "target" in notice.message]
    assert notice == (
        f"Note: target 'y': the whole numbers from {min(targets)} to {max(targets)} are read as {len(set(targets))} "
        "classes: write task=regression to predict a number"
    )


@pytest.mark.parametrize("dtype", WHOLE)
@pytest.mark.parametrize(
    "targets",
    [
        [2, 3] * 5,  # from 2 on
        [0, 1, 3] * 5,  # with a gap
        [*range(11)] * 3,  # more than ten
        [0, 1, 2, 3, 4, 0, 1],  # fewer than two rows per class
        [43, 91, 60, 79] * 5,
        [-1, 0, 1] * 5,
    ],
)
def test_other_whole_numbers_are_a_regression(tmp_path: Path, targets: list[int], dtype: Any) -> None:
    if min(targets) < 0 and dtype == pl.UInt64:
        pytest.skip("it has no negative numbers")
    data = loaded(tmp_path, pl.Series(targets).cast(dtype))
    assert data.task == "regression"
    (notice,) = [str(notice) for notice in data.notices if "target" in notice.message]
    assert notice == (
        f"Note: target 'y': whole numbers from {min(targets)} to {max(targets)} are predicted as numbers (a regression): "
        "write task=classification if each is a class"
    )
    assert loaded(tmp_path, pl.Series(targets).cast(dtype), task="classification").task == "classification"


def test_decimal_numbers_and_a_given_task_give_no_notice(tmp_path: Path) -> None:
    for targets, settings in (([0.5, 1, 2] * 5, {}), ([0, 1] * 5, {"task": "regression"})):
        assert not [notice for notice in loaded(tmp_path, targets, **settings).notices if "target" in notice.message]


@pytest.mark.parametrize(
    ("targets", "shown"),
    [
        (["1E5", "10E4", "3"] * 5, "'1E5' and '10E4', which are the same number"),
        (["0.1", "0.10", "0.2"] * 5, "'0.1' and '0.10', which are the same number"),
        (["5", "+5", "6"] * 5, "'5' and '+5', which are the same number"),
        (["007", "7", "010"] * 5, "'007', whose leading zeros a number would lose"),
        (["01", "02"] * 5, "'01', whose leading zeros"),
        (["-01.5", "2"] * 5, "'-01.5', whose leading zeros"),
    ],
)
def test_texts_that_a_number_would_change_are_an_error_with_two_solutions(
    tmp_path: Path, targets: list[str], shown: str
) -> None:
    with pytest.raises(DataError, match="task=classification if each text is a class, or task=regression") as caught:
        loaded(tmp_path, targets)
    assert shown in str(caught.value)
    written = dict.fromkeys(targets)
    assert sorted(loaded(tmp_path, targets, task="classification").target_names) == sorted(written)
    assert loaded(tmp_path, targets, task="regression").task == "regression"


@pytest.mark.parametrize("targets", [["0", "0.5", "10"] * 5, ["1e3", "-0.25", "100"] * 5, ["0", "1.50"] * 5])
def test_texts_that_a_number_would_keep_are_numbers(tmp_path: Path, targets: list[str]) -> None:
    assert loaded(tmp_path, targets).task == "regression"


def test_classes_are_named_as_written(tmp_path: Path) -> None:
    targets = ["007", "7", "010"] * 4
    (tmp_path / "a.csv").write_text("x,code\n" + "".join(f"{row * 1.5},{text}\n" for row, text in enumerate(targets)))
    data = Table(tmp_path / "a.csv", "code", task="classification").load(0)
    assert data.target_names == ("007", "7", "010")
    assert torch.cat([data.train.targets, data.test.targets]).sum(0).tolist() == [4, 4, 4]


def test_many_texts_are_ambiguous_and_can_be_set_to_classes(tmp_path: Path) -> None:
    targets = [f"{chr(97 + row % 101 % 26)} {row % 101} b" for row in range(303)]
    with pytest.raises(DataError, match="101 different values in 303 rows") as caught:
        loaded(tmp_path, targets)
    assert "task=regression" not in str(caught.value)
    assert len(loaded(tmp_path, targets, task="classification").target_names) == 101


def test_decimal_numbers_that_are_all_different_are_not_classes(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="20 different numbers in 20 rows: write task=regression"):
        loaded(tmp_path, [row / 4 for row in range(20)], task="classification")


@pytest.mark.parametrize("targets", [["a"] * 9, [3] * 9, [True] * 9])
def test_a_single_class_is_an_error(tmp_path: Path, targets: list[Any]) -> None:
    with pytest.raises(DataError, match="only the class"):
        loaded(tmp_path, targets)


@pytest.mark.parametrize("standardize", [True, False])
def test_a_constant_number_to_predict_is_an_error(tmp_path: Path, standardize: bool) -> None:
    with pytest.raises(DataError, match=r"target 'y' is 0\.1 in all rows"):
        loaded(tmp_path, [0.1] * 9, standardize=standardize)


def test_texts_among_the_numbers_of_a_target_are_shown(tmp_path: Path) -> None:
    targets = [*map(str, range(9)), "oops", "1,5", "x"]
    with pytest.raises(DataError, match=r"3 of its 12 values are not, such as 'oops' \(row 10\).*task=classification"):
        loaded(tmp_path, targets)
    with pytest.raises(DataError, match=r"the text 'oops' \(row 10\).*task=classification"):
        loaded(tmp_path, targets, task="regression")
    grades = ["1", "2", "good"] * 4
    assert loaded(tmp_path, grades, task="classification").target_names == ("1", "2", "good")


@pytest.mark.parametrize(
    "targets",
    [pl.Series([date(2020, 1, 1)] * 9), pl.Series([[1]] * 9), pl.Series([{"a": 1}] * 9), pl.Series([None] * 9)],
)
def test_a_target_of_neither_numbers_nor_texts_is_an_error(tmp_path: Path, targets: pl.Series) -> None:
    with pytest.raises(DataError, match="'y'"):
        loaded(tmp_path, targets)


def test_infinite_targets_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'y' contains an infinite or too large number \(row 2\)"):
        loaded(tmp_path, [1.0, float("inf"), 2.0])


def test_an_absent_target_lists_the_columns(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="write target=COLUMN, one of x, y"):
        loaded(tmp_path, ["a", "b"] * 5, target=None)


@pytest.mark.parametrize("target", ["Y", "yy"])
def test_a_misspelled_target_is_corrected(tmp_path: Path, target: str) -> None:
    with pytest.raises(DataError, match=f"no column '{target}' to predict: did you mean 'y'"):
        loaded(tmp_path, ["a", "b"] * 5, target=target)


@pytest.mark.parametrize("setting", ["ignore", "categorical"])
def test_a_target_that_is_listed_in_another_setting_is_an_error(tmp_path: Path, setting: str) -> None:
    with pytest.raises(DataError, match=f"target 'y' is listed in {setting}="):
        loaded(tmp_path, ["a", "b"] * 5, **{setting: "y"})


def test_whole_numbers_written_as_decimals_are_the_same_classes(tmp_path: Path) -> None:
    pl.DataFrame({"x": [1.0, 2.0], "y": [2.0, 1.0]}).write_csv(tmp_path / "t.csv")
    data = loaded(tmp_path, [1, 2] * 5, test=tmp_path / "t.csv")
    assert data.test.targets.tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize("form", ["{}%", "CHF {}", "${},5", "{} kg"])
def test_numbers_with_a_unit_are_not_classes(tmp_path: Path, form: str) -> None:
    with pytest.raises(DataError, match="contains numbers in another format, such as .*: write plain numbers"):
        loaded(tmp_path, [form.format(row) for row in range(20)])
    assert loaded(tmp_path, [form.format(row % 3) for row in range(20)]).task == "classification"


@pytest.mark.parametrize(
    ("targets", "settings", "way"),
    [
        ([f"{row},5" for row in range(20)], {"decimal": ","}, 'decimal=","'),
        ([f"{row},000" for row in range(1, 20)], {"thousands": ","}, 'thousands=","'),
        ([*map(str, range(19)), "-"], {"missing_values": "-"}, "missing_values=-"),
    ],
)
def test_numbers_in_another_format_name_the_setting_that_reads_them(
    tmp_path: Path, targets: list[str], settings: dict[str, Any], way: str
) -> None:
    with pytest.raises(DataError, match="the target 'y'.*task=classification if each is a class") as caught:
        loaded(tmp_path, targets)
    assert f"write {way} " in str(caught.value)
    assert loaded(tmp_path, targets, **settings).task == "regression"


@pytest.mark.parametrize(
    "targets",
    [
        pl.Series([date(2024, 1, row + 1) for row in range(20)]),
        [f"2024-01-{row + 1:02}T12:00:00" for row in range(20)],
        [f"{row}:30" for row in range(20)],
    ],
)
def test_dates_are_not_a_target_unless_each_is_a_class(tmp_path: Path, targets: Any) -> None:
    for task in ("auto", "regression"):
        with pytest.raises(DataError, match="the target 'y' contains dates or times.*task=classification"):
            loaded(tmp_path, targets, task=task)
    twice = pl.Series(targets).head(3)
    assert len(loaded(tmp_path, pl.concat([twice] * 5), task="classification").target_names) == 3


@pytest.mark.parametrize("dtype", [pl.Int64, pl.String])
def test_whole_numbers_that_may_be_dates_are_ambiguous(tmp_path: Path, dtype: Any) -> None:
    targets = pl.Series([20240100 + row for row in range(1, 21)]).cast(dtype)
    with pytest.raises(DataError, match="may contain dates, such as 20240101: write task=regression"):
        loaded(tmp_path, targets)
    assert loaded(tmp_path, targets, task="regression").task == "regression"


def test_whole_numbers_too_long_to_be_distinguished_are_an_error(tmp_path: Path) -> None:
    targets = [str(10**40 + row % 3) for row in range(20)]
    for task in ("auto", "regression"):
        with pytest.raises(DataError, match="too long to be distinguished"):
            loaded(tmp_path, targets, task=task)
    assert len(loaded(tmp_path, targets, task="classification").target_names) == 3


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt64, pl.Int128, pl.String, pl.Decimal(38, 2)])
def test_targets_beyond_2_to_the_53_keep_their_digits(tmp_path: Path, dtype: Any) -> None:
    numbers = [2**60 + 3 * row for row in range(20)]
    data = loaded(tmp_path, pl.Series(numbers).cast(dtype), standardize=True)
    small = loaded(tmp_path, [3 * row for row in range(20)], standardize=True)
    for one, other in ((data.train, small.train), (data.test, small.test)):
        torch.testing.assert_close(one.targets, other.targets, rtol=1e-12, atol=1e-12)
    preprocessing: Any = data.preprocessing
    in_units = preprocessing.target.scale.to_units(data.test.targets)
    assert ((in_units - 2**60) / 2**60).abs().max() < 1e-15
    assert data.target_scale is not None
    measured = data.target_scale.to_units(data.test.targets)
    torch.testing.assert_close(
        measured - measured[0],
        small.target_scale.to_units(small.test.targets - small.test.targets[0]) - small.target_scale.mean,
    )  # type: ignore[union-attr]
    assert any("subtracted before metrics are computed" in notice.message for notice in data.notices)


def test_unstandardized_targets_that_floats_cannot_distinguish_give_a_warning(tmp_path: Path) -> None:
    data = loaded(tmp_path, [2**60 + row for row in range(20)], standardize=False)
    assert any(notice.warning and "become the same float" in notice.message for notice in data.notices)
