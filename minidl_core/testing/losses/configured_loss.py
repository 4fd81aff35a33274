"""A loss with the settings and the kind of targets of a case."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from minidl_core.interfaces.loss import Loss
from minidl_core.testing.configured_with_targets import ConfiguredWithTargets, call_with_targets
from minidl_core.testing.numerics.comparison import require_tensor


@dataclass(frozen=True)
class ConfiguredLoss(ConfiguredWithTargets):
    """A loss's class with settings, and whether targets are one-hot or real numbers."""

    def passes(self, prediction: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient.

        Raises:
            NotCheckedError: the loss rejects the targets.
        """
        loss: Loss = self.make()
        value = call_with_targets(loss.forward, prediction, target)
        return value, require_tensor("what backward returned", loss.backward(), prediction)
