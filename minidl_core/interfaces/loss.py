"""The interface of losses."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from minidl_core.interfaces.component import Component


class Loss(Component):
    """What training makes small: a number for a batch of predictions, and its gradient.

    Predictions and targets are `(*, batch, *features)`; dimensions in front of the batch are independent, and the loss
    has their shape.
    """

    order: ClassVar[dict[str, str]] = {"backward": "forward"}

    def check_targets(self, targets: Tensor) -> None:
        """Refuse targets that the loss has no meaning for; called for all training and test targets before training.

        Args:
            targets: `(samples, *outputs)`, as they are trained on.

        Raises:
            DataError: the loss cannot take them; the message says what is due.
        """

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the loss of a batch, and keep what `backward` needs."""
        raise NotImplementedError(f"{type(self).__name__} has no forward pass")

    def backward(self) -> Tensor:
        """Return the gradient of the last `forward` with respect to the prediction, of the prediction's shape."""
        raise NotImplementedError(f"{type(self).__name__} has no backward pass")
