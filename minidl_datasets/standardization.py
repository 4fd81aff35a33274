"""Standardizes numbers by mean and deviation of the training set."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from minidl_core import DataError, Preprocessing


class Standardization(Preprocessing):
    """z = (x - mean) / deviation, feature by feature.

    A feature that is constant in the training set becomes 0 for all data.
    """

    dataset: ClassVar[str] = "disk"

    def __init__(self, mean: Tensor, deviation: Tensor) -> None:
        self.mean = mean
        self.deviation = deviation

    @classmethod
    def of(cls, inputs: Tensor) -> Standardization:
        """Return the standardization by mean and (population) deviation of inputs `(samples, features)`."""
        return cls(inputs.mean(0), inputs.std(0, correction=0))

    def transform(self, source: Any) -> Tensor:
        """Return standardized inputs."""
        raw = torch.as_tensor(source, dtype=torch.float64)
        if raw.dim() == 0 or raw.shape[-1] != len(self.mean):
            raise DataError(f"expected inputs with {len(self.mean)} features, not of shape {tuple(raw.shape)}")
        scale = torch.where(self.deviation > 0, 1 / self.deviation, 0)
        return (raw - self.mean) * scale

    def to_json(self) -> dict[str, Any]:
        """Return mean and deviation."""
        return {"mean": self.mean.tolist(), "deviation": self.deviation.tolist()}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Standardization:
        """Return the standardization that `to_json` wrote.

        Raises:
            DataError: the JSON values are not as many means as deviations, all finite, and no deviation below 0.
        """
        mean, deviation = (_numbers(saved.get(key)) for key in ("mean", "deviation"))
        if mean is None or deviation is None or len(mean) != len(deviation) or deviation.min() < 0:
            raise DataError("a standardization needs as many means as deviations, all finite, and no deviation below 0")
        return cls(mean, deviation)


def _numbers(values: Any) -> Tensor | None:
    """Return a list of finite numbers as a tensor, or None if it is something else."""
    if not isinstance(values, list) or not values or not all(type(value) in {int, float} for value in values):
        return None
    try:
        numbers = torch.tensor([float(value) for value in values], dtype=torch.float64)
    except OverflowError:  # an integer too large for a float
        return None
    return numbers if bool(numbers.isfinite().all()) else None
