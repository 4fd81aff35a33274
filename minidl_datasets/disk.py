"""The dataset `disk`: points in a square, inside or outside a disk."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import torch
from torch import Generator, Tensor

from minidl_core import (
    Data,
    DataDescription,
    Dataset,
    Preprocessing,
    Samples,
    SettingError,
    derive,
    describe_data,
    generator,
)
from minidl_datasets.standardization import Standardization

RADIUS = 1 / math.sqrt(2 * math.pi)
"""The radius at which the disk covers half of the unit square."""

MAX_POINTS = 100_000_000
"""More points would not fit into the memory of most machines."""


class Disk(Dataset):
    """Points of the unit square, classified by whether they lie in a disk that covers half of it.

    x is uniform in [0, 1]²; its class is 1 if ‖x - (0.5, 0.5)‖ < 1/√(2π), else 0. Targets are one-hot.

    Example: minidl run --data disk:train=500:test=2000

    Args:
        train: the number of training points, at least 1.
        test: the number of test points, at least 1.
        seed: the seed of the points; None uses the seed of the run, so that repeats see different points.
        standardize: whether inputs are standardized by mean and deviation of the training points.

    Raises:
        SettingError: a size is below 1 or too large.

    Source: the project of the EPFL course EE-559, Deep Learning.
    """

    def __init__(self, train: int = 1000, test: int = 1000, seed: int | None = None, standardize: bool = True) -> None:  # noqa: FBT001, FBT002 - settings are written by name
        for name, size in (("train", train), ("test", test)):
            if not 1 <= size <= MAX_POINTS:
                raise SettingError("disk", name, size, f"from 1 to {MAX_POINTS}")
        self.train = train
        self.test = test
        self.seed = seed
        self.standardize = standardize

    def load(self, seed: int) -> Data:
        """Draw the points."""
        train, test = self._drawn(seed)
        preprocessing = Standardization(torch.zeros(2).double(), torch.ones(2).double())
        if self.standardize:
            preprocessing = Standardization.of(train.inputs)
        return self._data(train, test, preprocessing)

    def load_like(self, seed: int, preprocessing: Preprocessing) -> Data:
        """Draw the points, and apply the preprocessing of a network."""
        return self._data(*self._drawn(seed), preprocessing)

    def describe(self) -> DataDescription:
        """Describe the points before they are standardized."""
        drawn = describe_data(Disk(self.train, self.test, self.seed, standardize=False).load(0))
        treatment = "standardized" if self.standardize else "as they are"
        return replace(drawn, columns=tuple(replace(column, treatment=treatment) for column in drawn.columns))

    @classmethod
    def restore_preprocessing(cls, saved: dict[str, Any]) -> Preprocessing:
        """Return the standardization that was saved with a network."""
        return Standardization.from_json(saved)

    def _drawn(self, seed: int) -> tuple[Samples, Samples]:
        """Return the training and the test points before preprocessing."""
        source = generator(derive(seed if self.seed is None else self.seed, "disk"))
        return _points(self.train, source), _points(self.test, source)

    @staticmethod
    def _data(train: Samples, test: Samples, preprocessing: Preprocessing) -> Data:
        """Return the preprocessed points."""
        return Data(
            train=Samples(preprocessing.transform(train.inputs), train.targets),
            test=Samples(preprocessing.transform(test.inputs), test.targets),
            task="classification",
            feature_names=("x", "y"),
            target_names=("outside", "inside"),
            preprocessing=preprocessing,
            loss="mse",
        )


def _points(size: int, source: Generator) -> Samples:
    """Draw points, with their classes."""
    inputs = torch.rand(size, 2, dtype=torch.float64, generator=source)
    inside = (inputs - 0.5).square().sum(1) < RADIUS**2
    targets: Tensor = torch.stack([~inside, inside], dim=1).double()
    return Samples(inputs, targets)
