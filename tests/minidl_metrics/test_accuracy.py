"""Accuracy is the fraction of correct classes, and refuses predictions without classes."""

from __future__ import annotations

import pytest
import torch

from minidl_core import DataError
from minidl_metrics.accuracy import Accuracy


@pytest.mark.parametrize(("second", "expected"), [([0.0, 0.5], 1.0), ([0.5, 0.0], 0.5)])
def test_accuracy_is_the_fraction_of_correct_classes(second: list[float], expected: float) -> None:
    assert Accuracy().compute(torch.tensor([[2.0, 1.0], second]), torch.eye(2)).item() == expected


@pytest.mark.parametrize("shape", [(3, 1), (2, 3, 1)])
def test_a_single_output_is_refused_with_metrics_to_use_instead(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match="accuracy needs a classification .* one output: .*--metrics r2,rmse"):
        Accuracy().compute(torch.zeros(shape), torch.zeros(shape))
