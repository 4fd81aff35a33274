"""The divisor of the mean squared error, by reduction."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from minidl_core import SettingError
from minidl_losses.mse import MSE


@pytest.mark.parametrize(("reduction", "n"), [("samples", 2), ("mean", 6), ("sum", 1)])
def test_the_sum_of_squares_is_divided_by_samples_elements_or_1(reduction: Any, n: int) -> None:
    prediction = torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 4.0]], dtype=torch.float64)
    loss = MSE(reduction)

    torch.testing.assert_close(float(loss.forward(prediction, torch.zeros(2, 3).double())), 30 / n)
    torch.testing.assert_close(loss.backward(), 2 / n * prediction)


@pytest.mark.parametrize("reduction", ["none", None, ["mean"]])
def test_an_unknown_reduction_is_refused(reduction: Any) -> None:
    with pytest.raises(SettingError, match="mse: reduction must be samples, mean or sum, not"):
        MSE(reduction)
