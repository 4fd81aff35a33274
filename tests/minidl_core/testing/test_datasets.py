"""Datasets with a fault fail the intended check."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from minidl_core import Data, DataError, Dataset, Preprocessing, Samples, generator
from minidl_core.testing import check

SEED = "the same seed gives the same data"
NUMBERS = "values are finite floats"
ONE_HOT = "classes are one-hot"
NAMES = "names and shapes agree"
JSON = "preprocessing survives a JSON round trip"


class Shift(Preprocessing):
    """Subtracts a number from raw data."""

    dataset: ClassVar[str] = "blobs"

    def __init__(self, shift: float) -> None:
        self.shift = shift

    def transform(self, source: Any) -> Tensor:
        return torch.as_tensor(source, dtype=torch.float64) - self.shift

    def to_json(self) -> dict[str, Any]:
        return {"shift": self.shift}


class Blobs(Dataset):
    """Two clouds of points."""

    def __init__(self, points: int = 8) -> None:
        self.points = points

    def load(self, seed: int) -> Data:
        source = generator(seed)
        inputs = torch.randn(2 * self.points, 3, dtype=torch.float64, generator=source)
        targets = torch.eye(2, dtype=torch.float64).repeat(self.points, 1)
        parts = (Samples(inputs[half], targets[half]) for half in (slice(self.points), slice(self.points, None)))
        return Data(*parts, "classification", ("a", "b", "c"), ("no", "yes"), Shift(0.5))

    @classmethod
    def restore_preprocessing(cls, saved: dict[str, Any]) -> Preprocessing:
        return Shift(saved["shift"])


class IgnoresSeed(Blobs):
    def load(self, seed: int) -> Data:
        data = super().load(seed)
        return replace(data, train=Samples(torch.randn(8, 3, dtype=torch.float64), data.train.targets))


class Coarse(Blobs):
    def load(self, seed: int) -> Data:
        return super().load(seed).to(torch.bfloat16, "cpu")


class Infinite(Blobs):
    def load(self, seed: int) -> Data:
        data = super().load(seed)
        data.test.inputs[1, 1] = float("inf")
        return data


class TwoClassesAtOnce(Blobs):
    def load(self, seed: int) -> Data:
        data = super().load(seed)
        data.train.targets[3] = 1
        return data


class NameMissing(Blobs):
    def load(self, seed: int) -> Data:
        return replace(super().load(seed), feature_names=("a", "b"))


class LosesPreprocessing(Blobs):
    @classmethod
    def restore_preprocessing(cls, saved: dict[str, Any]) -> Preprocessing:
        return Shift(0.0)


class Unwritable(Blobs):
    def load(self, seed: int) -> Data:
        return replace(super().load(seed), preprocessing=Shift(torch.zeros(1)))  # type: ignore[arg-type]


class File(Dataset):
    """Needs a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, seed: int) -> Data:
        raise DataError(f"{self.path} does not exist")


FAULTS: list[tuple[type[Dataset], set[str], str]] = [
    (
        IgnoresSeed,
        {SEED},
        r"the train inputs for the same seed differs.*draw random numbers from minidl\.generator\(seed\)",
    ),
    (Coarse, {NUMBERS}, "the train inputs are torch.bfloat16 on cpu, expected float64"),
    (Infinite, {NUMBERS}, "the test inputs contain NaN or infinite"),
    (TwoClassesAtOnce, {ONE_HOT}, r"the train targets are not one-hot: row 3 is \[1.0, 1.0\]"),
    (NameMissing, {NAMES}, r"there are 2 feature names for samples of shape \(3,\)"),
    (LosesPreprocessing, {JSON}, "but read back as"),
    (Unwritable, {JSON}, "not JSON serializable"),
]


@pytest.mark.parametrize(("part", "failing", "reason"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_fault_fails_the_intended_check(part: type[Dataset], failing: set[str], reason: str) -> None:
    failed = check(part).of("failed")
    assert {outcome.check for outcome in failed} == failing
    assert any(re.search(reason, outcome.reason) for outcome in failed), failed


def test_a_correct_dataset_passes_all_checks() -> None:
    report = check(Blobs)
    assert report.passed, str(report)
    assert report.of("skipped") == []


def test_a_dataset_that_needs_a_file_is_skipped_unless_the_author_gives_one() -> None:
    skipped = check(File).of("skipped")
    assert len(skipped) == 5
    assert "data.csv does not exist" in skipped[0].reason
    assert "settings=[{'path': …}]" in skipped[0].reason
    report = check(File, settings=[{"path": Path("other.csv")}])
    assert {outcome.status for outcome in report.outcomes if outcome.check != "it can be constructed"} == {"failed"}
