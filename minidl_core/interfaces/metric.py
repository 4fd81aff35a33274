"""The interface of metrics."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from minidl_core.interfaces.component import Component


class Metric(Component):
    """A number that tells how good predictions are, for people to read; training does not use it.

    Attributes:
        higher_is_better: whether more is better.
        supports_stacking: whether `compute` takes further dimensions in front as independent runs, and gives a number
            for each; the class declares it. Where it does not, runs are judged one by one.
    """

    higher_is_better: bool = True
    supports_stacking: ClassVar[bool] = False

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the metric over all samples.

        Args:
            prediction: `(samples, outputs)`.
            target: of the same shape; one-hot for classification, in the user's units for regression.
        """
        raise NotImplementedError(f"{type(self).__name__} computes nothing")
