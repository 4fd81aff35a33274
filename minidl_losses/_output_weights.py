"""One weight per output of a network, as a setting of losses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import SupportsFloat

import torch
from torch import Tensor

from minidl_core import DataError, SettingError


class OutputWeights:
    """The weights of the outputs, as a tensor with the dtype and device of the predictions.

    Args:
        loss: the name of the loss, for messages.
        setting: the name of its setting, for messages.
        numbers: one weight per output.

    Raises:
        SettingError: numbers is empty, or an item is not a number, negative, infinite or NaN.
    """

    def __init__(self, loss: str, setting: str, numbers: Sequence[float]) -> None:
        if (
            not isinstance(numbers, Sequence)
            or not numbers
            or not all(isinstance(number, SupportsFloat) and 0 <= number < math.inf for number in numbers)
        ):
            raise SettingError(loss, setting, numbers, "one number of at least 0 per output, such as 1+2.5")
        self.loss = loss
        self.setting = setting
        self.numbers = tuple(map(float, numbers))
        self.tensor = torch.empty(0)

    def require_one_for_each(self, outputs: int) -> None:
        """Check that there is one weight per output.

        Raises:
            DataError: there are more or fewer weights than outputs.
        """
        if len(self.numbers) != outputs:
            raise DataError(
                f"{self.loss}: {self.setting} expects {outputs} numbers, one per output, but got {len(self.numbers)}: "
                "write one number per output, in their order, such as 1+2.5"
            )

    def like(self, prediction: Tensor) -> Tensor:
        """Return the weights, `(outputs)`, with the dtype and device of the predictions.

        Raises:
            DataError: there are more or fewer weights than outputs.
        """
        self.require_one_for_each(prediction.size(-1))
        if len(self.tensor) == 0 or (self.tensor.dtype, self.tensor.device) != (prediction.dtype, prediction.device):
            with torch.inference_mode(mode=False):  # autograd cannot use inference tensors
                self.tensor = prediction.new_tensor(self.numbers)
        return self.tensor
