"""A network keeps its preprocessing when it is trained on another table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import torch

import minidl_core as minidl
from minidl_core import Data, DataError, Preprocessing
from minidl_datasets.disk import Disk
from minidl_datasets.table import Table

ROWS = 60
ONE = pl.DataFrame(
    {
        "x": [float(row * 7 % 31) for row in range(ROWS)],
        "k": ["abc"[row % 3] for row in range(ROWS)],
        "y": [row * 1.5 for row in range(ROWS)],
        "c": [("no", "yes")[row % 2] for row in range(ROWS)],
    }
)
TWO = ONE.with_columns(pl.col("x") + 500, pl.col("y") * 2, k=pl.lit("a"))


def stored(folder: Path, frame: pl.DataFrame, name: str = "two.csv") -> Path:
    frame.write_csv(folder / name)
    return folder / name


def loaded(folder: Path, frame: pl.DataFrame = ONE, target: str = "y", **settings: Any) -> Data:
    ignored = {"y": "c", "c": "y"}[target]
    return Table(stored(folder, frame, "one.csv"), target, ignore=ignored, **settings).load(0)


def kept(data: Data) -> Preprocessing:
    assert data.preprocessing is not None
    return data.preprocessing


def test_another_table_is_encoded_by_the_means_and_categories_of_the_first(tmp_path: Path) -> None:
    preprocessing = kept(loaded(tmp_path))
    path = stored(tmp_path, TWO)
    data = Table(path, "y", test=path).load_like(0, preprocessing)
    assert data.preprocessing is preprocessing
    assert data.feature_names == ("x", "k=a", "k=b", "k=c")
    assert data.train.inputs.equal(preprocessing.transform(path))
    assert data.train.inputs[:, 0].min() > 20
    assert data.target_scale is not None
    torch.testing.assert_close(
        data.target_scale.to_units(data.train.targets)[:, 0], torch.tensor(TWO["y"].to_list()).double()
    )


@pytest.mark.parametrize("target", ["y", "c"])
@pytest.mark.parametrize("standardize", [True, False])
def test_the_same_table_gives_the_same_data(tmp_path: Path, target: str, standardize: bool) -> None:
    data = loaded(tmp_path, target=target, standardize=standardize)
    again = Table(tmp_path / "one.csv", target, standardize=standardize).load_like(0, kept(data))
    for one, other in zip((*data.train, *data.test), (*again.train, *again.test), strict=True):
        assert one.equal(other)
    assert again.target_names == data.target_names
    assert again.rows == data.rows


def test_settings_that_the_network_decided_need_not_be_given_again(tmp_path: Path) -> None:
    frame = ONE.with_columns(x=pl.col("x") % 4, c=pl.col("y").cast(pl.Int64) % 7)
    path = stored(tmp_path, frame, "one.csv")
    data = Table(path, "c", categorical="x", ignore="y", task="classification").load(0)
    again = Table(path).load_like(0, kept(data))
    assert again.train.inputs.equal(data.train.inputs)
    assert again.task == "classification"


def test_columns_that_the_network_does_not_use_give_a_notice(tmp_path: Path) -> None:
    preprocessing = kept(loaded(tmp_path))
    path = stored(tmp_path, TWO.with_columns(z=1, w=2))
    table = Table(path, "y", ignore="c+w").load_like(0, preprocessing)
    said = f"{path}: columns that the network does not use are ignored: z"
    assert said in [notice.message for notice in table.notices]
    silent = Table(path, "y", ignore="c+w+z").load_like(0, preprocessing)
    assert not [notice for notice in silent.notices if "no inputs" in notice.message]


MISFITS: dict[str, tuple[str, pl.DataFrame, dict[str, Any], str]] = {
    "a column is missing": ("y", TWO.drop("x"), {}, "has no column 'x'"),
    "a category was never seen": ("y", TWO.with_columns(k=pl.lit("d")), {}, r"column 'k' has categories.*'d'"),
    "a class was never seen": ("c", TWO.with_columns(c=pl.lit("perhaps")), {}, "no rows of class 'perhaps'"),
    "a number is a text": ("y", TWO.with_columns(x=pl.lit("far")), {}, "column 'x' should contain numbers"),
    "the target is missing": ("y", TWO.drop("y"), {}, "no column 'y' to predict"),
    "the target is a text": ("y", TWO.with_columns(y=pl.lit("far")), {}, "the text 'far'"),
    "another target": ("y", TWO, {"target": "x"}, "the network predicts 'y', not 'x'"),
    "another task": ("y", TWO, {"task": "classification"}, "trained for a regression, not a classification"),
    "an input is ignored": ("y", TWO, {"ignore": "c+x"}, "needs the input 'x', which is listed in ignore="),
}


@pytest.mark.parametrize("case", MISFITS)
def test_incompatible_tables_are_an_error_that_proposes_a_new_network(tmp_path: Path, case: str) -> None:
    target, frame, settings, message = MISFITS[case]
    preprocessing = kept(loaded(tmp_path, target=target))
    with pytest.raises(DataError, match=message) as caught:
        Table(stored(tmp_path, frame), **settings).load_like(0, preprocessing)
    assert "fresh=True" in str(caught.value)


def test_the_preprocessing_of_another_dataset_is_an_error(tmp_path: Path) -> None:
    preprocessing = kept(Disk().load(0))
    with pytest.raises(DataError, match=r"not trained on a table.*fresh=True"):
        Table(stored(tmp_path, ONE), "y").load_like(0, preprocessing)


def test_categories_that_only_test_rows_have_give_one_notice_per_column(tmp_path: Path) -> None:
    rare = ONE.with_columns(k=pl.when(pl.int_range(ROWS) == 3).then(pl.lit("rare")).otherwise("k"))
    test = stored(tmp_path, rare, "test.csv")
    data = loaded(tmp_path, test=test)
    said = f"{test}: column 'k' has categories that the network was not trained with, in 1 of {ROWS} rows: 'rare'"
    assert [notice.message.startswith(said) for notice in data.notices if "'k'" in notice.message] == [True]
    again = Table(tmp_path / "one.csv", "y", test=test).load_like(0, kept(data))
    assert [notice for notice in again.notices if notice.message.startswith(said)]
    assert not data.test.inputs[3, 1:].any()


def test_a_trained_network_predicts_the_same_after_no_training_on_another_table(tmp_path: Path) -> None:
    one, two = stored(tmp_path, ONE, "one.csv"), stored(tmp_path, TWO)
    model = minidl.fit("linear:1", f'table:"{one}":target=y:ignore=c', epochs=2, optimizer="sgd:lr=0.05").model

    def predicted() -> torch.Tensor:
        preprocessing: Any = model.preprocessing
        return preprocessing.target.scale.to_units(minidl.predict(model, preprocessing.transform(ONE)))  # type: ignore[no-any-return]

    before = predicted()
    minidl.fit(model, f'table:"{two}":target=y', epochs=1, optimizer="sgd:lr=0")
    assert predicted().equal(before)
    three = stored(tmp_path, TWO.drop("k"), "three.csv")
    with pytest.raises(DataError, match="fresh=True"):
        minidl.fit(model, f'table:"{three}":target=y:ignore=c', epochs=1)
    assert predicted().equal(before)
    minidl.fit(model, f'table:"{three}":target=y:ignore=c', epochs=1, fresh=True)
    assert model.preprocessing.feature_names == ("x",)  # type: ignore[union-attr]
