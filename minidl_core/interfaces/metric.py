"""The interface of metrics."""

from __future__ import annotations

from torch import Tensor

from minidl_core.interfaces.component import Component


class Metric(Component):
    """A measure of how good predictions are; it is reported, and training does not use it.

    Attributes:
        higher_is_better: whether a larger value is better. Default: True.

    Example:
        The mean absolute error:

            class MeanAbsoluteError(Metric):
                higher_is_better = False

                def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
                    return (prediction - target).abs().mean()
    """

    higher_is_better: bool = True

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the metric over all samples.

        Args:
            prediction: the outputs of the network, of shape `(samples, *outputs)`; in the user's units for regression.
            target: the targets, of the same shape; one-hot for a classification.

        Returns:
            One number, as a tensor without dimensions.
        """
        raise NotImplementedError(f"{type(self).__name__} computes nothing")
