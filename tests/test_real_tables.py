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
    """Return a data set of scikit-learn's as a table, its classes as texts."""
    loaded = getattr(datasets, f"load_{name}")()
    columns = {str(feature): loaded.data[:, index] for index, feature in enumerate(loaded.feature_names)}
    return pl.DataFrame(columns | {"kind": [str(loaded.target_names[label]) for label in loaded.target]})


def accuracy_of_sklearn(frame: pl.DataFrame) -> float:
    """Return the mean test accuracy of scikit-learn's network, trained by the same plain SGD."""
    x, y = frame.drop("kind").to_numpy(), frame["kind"].to_numpy()
    scores = []
    for seed in range(SEEDS):
        x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=seed, stratify=y)
        scaler = StandardScaler().fit(x_train)
        network = MLPClassifier(
            (25,),
            solver="sgd",
            learning_rate_init=0.05,
            momentum=0.0,
            batch_size=10,
            max_iter=60,
            random_state=seed,
            alpha=0.0,
            n_iter_no_change=60,
            tol=0.0,
        )
        with pytest.warns(match="Maximum iterations"):
            network.fit(scaler.transform(x_train), y_train)
        scores.append(network.score(scaler.transform(x_test), y_test))
    return sum(scores) / SEEDS


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_a_table_trains_as_well_as_with_scikit_learn(minidl: Run, tmp_path: Path, name: str, ending: str) -> None:
    frame = table(name)
    write = frame.write_csv if ending == "csv" else frame.write_parquet
    write(tmp_path / f"{name}.{ending}")
    done = minidl(
        "run", "--data", f"table:{name}.{ending}:target=kind", "--layers", f"linear:25,relu,linear:{frame['kind'].n_unique()}",
        "--optimizer", "sgd:lr=0.05", "--epochs", "60", "--repeats", str(SEEDS), "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)["summary"]
    assert summary["test"]["accuracy"]["mean"] >= accuracy_of_sklearn(frame) - MARGIN
