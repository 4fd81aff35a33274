"""The interface of metrics."""

from __future__ import annotations

from torch import Tensor

from minidl_core.interfaces.component import Component


class Metric(Component):
    """A number that tells how good predictions are, for people to read; training does not use it."""

    higher_is_better: bool = True

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the metric over all samples.

        Args:
            prediction: `(samples, outputs)`.
            target: of the same shape; one-hot for classification, in the user's units for regression.
        """
        raise NotImplementedError(f"{type(self).__name__} computes nothing")
