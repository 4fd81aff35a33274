"""The accuracy of a classification."""

from __future__ import annotations

from torch import Tensor

from minidl_core import DataError, Metric


class Accuracy(Metric):
    """Accuracy: the fraction of samples whose largest output belongs to their class, from 0 to 1.

    accuracy = 1/N Σᵢ [argmax yᵢ = argmax yᵢ*]

    Shape: y, y*: (samples, classes), y* one-hot

    Raises:
        DataError: there is only one output, so there are no classes to choose from.
    """

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the accuracy."""
        if target.size(-1) < 2:  # noqa: PLR2004 - the fewest classes
            raise DataError(
                "accuracy needs a classification with one output per class, but there is one output: use metrics for "
                "regression, such as --metrics r2,rmse"
            )
        return (prediction.argmax(-1) == target.argmax(-1)).double().mean()
