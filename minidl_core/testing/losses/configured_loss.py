"""A loss under test with the settings and the kind of targets of a case."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from minidl_core.interfaces.loss import Loss
from minidl_core.testing.numerics.comparison import require_tensor
from minidl_core.testing.targets import ConfiguredWithTargets, call_with_targets


@dataclass(frozen=True)
class ConfiguredLoss(ConfiguredWithTargets):
    """A loss's class with settings and the kind of targets."""

    def passes(self, prediction: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient.

        Raises:
            NotCheckedError: the loss refuses such targets.
        """
        loss: Loss = self.make()
        value = call_with_targets(loss.forward, prediction, target)
        return value, require_tensor("what backward returned", loss.backward(), prediction)
