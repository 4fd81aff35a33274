"""The hook in short trainings."""

from __future__ import annotations

import csv
from pathlib import Path

import minidl
import pytest
from minidl.testing import conformance

from minidl_swish.csv_log import VARIABLE, CsvLog

TestCsvLog = conformance(CsvLog)


def run(log: Path | None, monkeypatch: pytest.MonkeyPatch, epochs: int = 2, repeats: int = 1) -> minidl.RunResult:
    monkeypatch.delenv(VARIABLE, raising=False)
    if log is not None:
        monkeypatch.setenv(VARIABLE, str(log))
    config = minidl.RunConfig(layers="linear:2", data="disk:train=20:test=20", epochs=epochs, repeats=repeats)
    return minidl.run(config, hooks=[CsvLog()])


def test_each_epoch_of_each_repeat_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(tmp_path / "log.csv", monkeypatch, repeats=2)
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["repeat", "epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy"]
    assert [(row["repeat"], row["epoch"]) for row in rows] == [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")]
    epochs = [epoch for repeat in result.repeats for epoch in repeat.history]
    assert [float(row["test_loss"]) for row in rows] == [epoch.test["loss"] for epoch in epochs]


def test_an_existing_file_is_replaced_and_no_other_file_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for epochs in (3, 1):
        run(tmp_path / "log.csv", monkeypatch, epochs)
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


def test_without_the_variable_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(None, monkeypatch)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", [".", "missing/log.csv"])
def test_a_path_that_cannot_be_written_is_refused_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / place))
    with pytest.raises(minidl.ConfigError, match="MINIDL_CSV_LOG is .* where no file can be"):
        CsvLog().minidl_run_started()
