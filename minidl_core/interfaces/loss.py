"""The interface of losses."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from minidl_core.interfaces.component import Component


class Loss(Component):
    """The objective that training minimizes: a number for a batch of predictions, and its gradient.

    Shape: prediction and target: `(batch, *features)`, loss: `()`, a tensor without dimensions.

    Example:
        Half of the squared error, as a mean over the samples:

            class HalfSquaredError(Loss):
                def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
                    self.error = prediction - target
                    return self.error.square().sum() / (2 * len(target))

                def backward(self) -> Tensor:
                    return self.error / len(self.error)
    """

    order: ClassVar[dict[str, str]] = {"backward": "forward"}

    def check_targets(self, targets: Tensor) -> None:
        """Check that the loss is defined for these targets; called before training. The default accepts all.

        Args:
            targets: all training or all test targets, of shape `(samples, *outputs)`.

        Raises:
            DataError: the loss is not defined for them; the message says which targets it expects.
        """

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the loss of a batch, and keep what `backward` needs.

        Args:
            prediction: the output of the network, of shape `(batch, *features)`.
            target: the targets, of the same shape; one-hot for a classification.

        Returns:
            The loss, a tensor without dimensions.
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward pass")

    def backward(self) -> Tensor:
        """Return the gradient of the last `forward` with respect to the prediction.

        Returns:
            The gradient, of the prediction's shape.

        Raises:
            OrderError: `forward` was not called before.
        """
        raise NotImplementedError(f"{type(self).__name__} has no backward pass")
