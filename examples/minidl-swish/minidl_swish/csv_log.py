"""A hook that logs training to a CSV file."""

from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path

import minidl

VARIABLE = "MINIDL_CSV_LOG"
"""The environment variable with the path of the CSV file."""


class CsvLog:
    """Writes the scores of every epoch to a CSV file, if the environment variable MINIDL_CSV_LOG gives its path.

    A row holds the repeat and the epoch, both counted from 1, then the scores on the training samples (such as
    `train_loss`) and on the test samples (such as `test_loss`). The file is written at the end of each repeat, whether
    it is complete, interrupted or failed. It replaces an existing file, and is never left half written.
    """

    def __init__(self) -> None:
        self._rows: list[dict[str, float]] = []

    @minidl.hookimpl
    def minidl_run_started(self) -> None:
        """Check the path before training.

        Raises:
            ConfigError: no file can be written there.
        """
        path = _path()
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise minidl.ConfigError(
                f"{VARIABLE} is {path}, where no file can be written: name one in an existing directory"
            )

    @minidl.hookimpl
    def minidl_run_ended(self, run: minidl.Run) -> None:
        """Write the epochs of this repeat and of the repeats before it."""
        self._rows += [{"repeat": run.repeat, **_row(epoch)} for epoch in run.result.history]
        path = _path()
        if path is not None and self._rows:
            _write(path, self._rows)


def _path() -> Path | None:
    name = os.environ.get(VARIABLE)
    return Path(name) if name else None


def _row(epoch: minidl.Epoch) -> dict[str, float]:
    train = {f"train_{name}": score for name, score in epoch.train.items()}
    test = {f"test_{name}": score for name, score in epoch.test.items()}
    return {"epoch": epoch.epoch, **train, **test}


def _write(path: Path, rows: list[dict[str, float]]) -> None:
    """Write the file to a temporary folder beside its path, then move it there."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        temporary = Path(folder) / path.name
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        temporary.replace(path)
