"""A weight for each output of a network, as a setting of losses."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from minidl_core import SettingError, ShapeError


class OutputWeights:
    """Numbers for the outputs, kept as a tensor of the type and on the device of the predictions.

    Args:
        loss: the loss, for messages.
        setting: its setting, likewise.
        numbers: one for each output.

    Raises:
        SettingError: there are none, or one is negative, infinite or NaN.
    """

    def __init__(self, loss: str, setting: str, numbers: Sequence[float]) -> None:
        self.setting = setting
        self.numbers = tuple(map(float, numbers))
        if not self.numbers or not all(0 <= number < math.inf for number in self.numbers):
            raise SettingError(loss, setting, numbers, "a number from 0 on for each output (1+2.5, say)")
        self.tensor = torch.empty(0)

    def like(self, prediction: Tensor) -> Tensor:
        """Return the weights for predictions, `(outputs)`.

        Raises:
            ShapeError: there are more or fewer than outputs.
        """
        if len(self.numbers) != prediction.size(-1):
            raise ShapeError(
                f"{len(self.numbers)} outputs, not {prediction.size(-1)}",
                f"give {self.setting} a number for each output",
            )
        if len(self.tensor) == 0 or (self.tensor.dtype, self.tensor.device) != (prediction.dtype, prediction.device):
            with torch.inference_mode(mode=False):  # or autograd could not use it
                self.tensor = prediction.new_tensor(self.numbers)
        return self.tensor
