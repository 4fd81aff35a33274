"""The interface of optimizers."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from minidl_core.interfaces.component import Component
from minidl_core.interfaces.parameter import Parameter, consolidate


class Optimizer(Component):
    """What changes parameters by their gradients.

    An optimizer is made from its settings, then attached to parameters. They lie in one block of memory, so that
    `step` is a few operations on `self.block`, whatever the network's depth.
    """

    block: Parameter
    """All values in one vector and all gradients in another, in the order of the parameters."""

    def attach(self, parameters: Sequence[Parameter]) -> None:
        """Take on the parameters to update; an optimizer with a state of its own allocates it here."""
        self.block = consolidate(parameters)

    def step(self) -> None:
        """Update the parameters in place by their gradients."""
        raise NotImplementedError(f"{type(self).__name__} has no step")

    def state(self) -> dict[str, Tensor]:
        """Return the tensors that, with the parameters, are all it takes to go on exactly as if never stopped."""
        return {}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Restore what `state` returned, after `attach`."""
        for name, tensor in self.state().items():
            tensor.copy_(state[name])
