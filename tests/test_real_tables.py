"""Real tables, through the command line, against scikit-learn's network of the same shape."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

Run = Callable[..., subprocess.CompletedProcess[str]]

SEEDS = 3
MARGIN = 0.03

pytestmark = pytest.mark.slow


def table(name: str) -> pl.DataFrame:
    """Return a dataset of scikit-learn as a table, with its classes as texts."""
    loaded = getattr(datasets, f"load_{name}")()
    columns = {str(feature): loaded.data[:, index] for index, feature in enumerate(loaded.feature_names)}
    return pl.DataFrame(columns | {"kind": [str(loaded.target_names[label]) for label in loaded.target]})


def accuracy_of_sklearn(train: pl.DataFrame, test: pl.DataFrame) -> float:
    """Return the mean test accuracy of scikit-learn's network over seeds, trained by the same SGD."""
    scaler = StandardScaler().fit(train.drop("kind").to_numpy())
    (x_train, y_train), (x_test, y_test) = (
        (scaler.transform(part.drop("kind").to_numpy()), part["kind"].to_numpy()) for part in (train, test)
    )
    scores = []
    for seed in range(SEEDS):
        network = MLPClassifier(
            (25,), solver="sgd", learning_rate_init=0.05, momentum=0.0, batch_size=10, max_iter=60,
            n_iter_no_change=60, tol=0.0, alpha=0.0, random_state=seed,
        )  # fmt: skip
        with pytest.warns(match="Maximum iterations"):
            network.fit(x_train, y_train)
        scores.append(network.score(x_test, y_test))
    return sum(scores) / SEEDS


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_a_table_trains_as_well_as_with_scikit_learn(minidl: Run, tmp_path: Path, name: str, ending: str) -> None:
    frame = table(name)
    rows = train_test_split(range(len(frame)), test_size=0.25, random_state=0, stratify=frame["kind"].to_numpy())
    parts = {part: frame[indices] for part, indices in zip(("train", "test"), rows, strict=True)}
    for part, rows_of_part in parts.items():
        write = rows_of_part.write_csv if ending == "csv" else rows_of_part.write_parquet
        write(tmp_path / f"{part}.{ending}")
    done = minidl(
        "run", "--data", f"table:train.{ending}:target=kind:test=test.{ending}",
        "--layers", f"linear:25,relu,linear:{frame['kind'].n_unique()}",
        "--optimizer", "sgd:lr=0.05", "--epochs", "60", "--repeats", str(SEEDS), "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    accuracy = json.loads(done.stdout)["summary"]["test"]["accuracy"]["mean"]
    assert accuracy >= accuracy_of_sklearn(parts["train"], parts["test"]) - MARGIN


def test_one_command_learns_digits(minidl: Run, tmp_path: Path) -> None:
    loaded = datasets.load_digits()
    table = pl.DataFrame(loaded.data, schema=loaded.feature_names).with_columns(digit=pl.Series(loaded.target))
    table.write_csv(tmp_path / "digits.csv")
    done = minidl(
        "run", "--data", "table:digits.csv:target=digit:standardize=false",
        "--layers", "linear:512,relu,linear:10",
        "--optimizer", "adam", "--epochs", "30", "--batch-size", "32", "--repeats", "5", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    accuracies = [repeat["final"]["test"]["accuracy"] for repeat in json.loads(done.stdout)["repeats"]]
    assert min(accuracies) >= 0.97, accuracies
