"""A log of training, as a CSV file."""

from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path

import minidl

VARIABLE = "MINIDL_CSV_LOG"
"""The environment variable that names the file."""


class CsvLog:
    """Writes the scores of every epoch to the CSV file that MINIDL_CSV_LOG names; without it, does nothing.

    A row holds repeat and epoch, each counted from 1, then each score on the training samples (`train_loss`, say) and
    on the test samples (`test_loss`). The file is written when a repeat is over, be it complete, interrupted or failed,
    and is replaced if it is there: it appears whole or not at all.
    """

    def __init__(self) -> None:
        self._rows: list[dict[str, float]] = []

    @minidl.hookimpl
    def minidl_run_started(self) -> None:
        """Check the place while there is no work to be lost.

        Raises:
            ConfigError: no file can be written there.
        """
        path = _path()
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise minidl.ConfigError(f"{VARIABLE} is {path}, where no file can be: name one in a directory that exists")

    @minidl.hookimpl
    def minidl_run_ended(self, run: minidl.Run) -> None:
        """Write the epochs of this repeat and of those before it."""
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
    """Write a file under a temporary name in a folder beside its place, and move it there."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        temporary = Path(folder) / path.name
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        temporary.replace(path)
