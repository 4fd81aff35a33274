"""The interface of metrics."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from minidl_core.interfaces.component import Component


class Metric(Component):
    """A measure of how good predictions are; it is reported, and training does not use it.

    Attributes:
        higher_is_better: whether a larger value is better. Default: True.
        supports_stacking: class attribute: True if `compute` treats leading dimensions as independent runs and returns
            a number for each. If False, the metric is computed run by run. Default: False.

    Example:
        The mean absolute error:

            class MeanAbsoluteError(Metric):
                higher_is_better = False

                def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
                    return (prediction - target).abs().mean()
    """

    higher_is_better: bool = True
    supports_stacking: ClassVar[bool] = False

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the metric over all samples.

        Args:
            prediction: the outputs of the network, of shape `(samples, *outputs)`; in the user's units for regression.
            target: the targets, of the same shape; one-hot for a classification.

        Returns:
            One number, as a tensor without dimensions; one per run, of shape `(runs,)`, for stacked runs.
        """
        raise NotImplementedError(f"{type(self).__name__} computes nothing")
