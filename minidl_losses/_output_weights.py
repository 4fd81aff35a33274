"""A weight for each output of a network, as a setting of losses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import SupportsFloat

import torch
from torch import Tensor

from minidl_core import DataError, SettingError


class OutputWeights:
    """Numbers for the outputs, kept as a tensor of the type and on the device of the predictions.

    Args:
        loss: the loss, for messages.
        setting: its setting, likewise.
        numbers: one for each output.

    Raises:
        SettingError: they are no numbers, there are none, or one is negative, infinite or NaN.
    """

    def __init__(self, loss: str, setting: str, numbers: Sequence[float]) -> None:
        if (
            not isinstance(numbers, Sequence)
            or not numbers
            or not all(isinstance(number, SupportsFloat) and 0 <= number < math.inf for number in numbers)
        ):
            raise SettingError(loss, setting, numbers, "a number from 0 on for each output (1+2.5, say)")
        self.loss = loss
        self.setting = setting
        self.numbers = tuple(map(float, numbers))
        self.tensor = torch.empty(0)

    def require_one_for_each(self, outputs: int) -> None:
        """Check that there are as many numbers as outputs.

        Raises:
            DataError: there are more or fewer.
        """
        if len(self.numbers) != outputs:
            raise DataError(
                f"{self.loss}: {self.setting} should have as many numbers as there are outputs, {outputs}, but it has "
                f"{len(self.numbers)}: give one for each, in the order of the outputs (1+2.5, say)"
            )

    def like(self, prediction: Tensor) -> Tensor:
        """Return the weights for predictions, `(outputs)`.

        Raises:
            DataError: there are more or fewer than outputs.
        """
        self.require_one_for_each(prediction.size(-1))
        if len(self.tensor) == 0 or (self.tensor.dtype, self.tensor.device) != (prediction.dtype, prediction.device):
            with torch.inference_mode(mode=False):  # or autograd could not use it
                self.tensor = prediction.new_tensor(self.numbers)
        return self.tensor
