"""The accuracy of a classification."""

from __future__ import annotations

from torch import Tensor

from minidl_core import DataError, Metric


class Accuracy(Metric):
    """Share of the samples whose largest output is that of their class, from 0 to 1.

    accuracy = 1/N Σᵢ [argmax yᵢ = argmax yᵢ*]

    Shape: y, y*: (samples, classes), y* one-hot

    Raises:
        DataError: there is one output only, of which the largest says nothing.
    """

    supports_stacking = True

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the accuracy."""
        if target.size(-1) < 2:  # noqa: PLR2004 - to choose from
            raise DataError(
                "accuracy is for classifications, with an output for each class, but there is one output: take metrics "
                "of a regression (--metrics r2,rmse, say)"
            )
        return (prediction.argmax(-1) == target.argmax(-1)).double().mean(-1)
