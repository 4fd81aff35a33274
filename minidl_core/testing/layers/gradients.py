"""The gradients of a layer that stands behind another."""

from __future__ import annotations

from torch import Tensor

from minidl_core.errors import MinidlError
from minidl_core.interfaces.block import consolidate
from minidl_core.testing.bend import Bend
from minidl_core.testing.case import ConformanceError, NotCheckedError
from minidl_core.testing.comparing import require_same, require_tensor
from minidl_core.testing.differences import gradient_error
from minidl_core.testing.layers.bench import Bench, upstream_of
from minidl_core.testing.layers.specimen import LayerSpecimen, built_anew

OVERWRITTEN = "forward or backward of the layer writes into the output of the one before it, which needs that"


def check_gradients(specimen: LayerSpecimen, batch: int, *, training: bool) -> None:
    """Compare all gradients with central differences, for a random upstream gradient and behind another layer."""
    trial = _Trial(specimen, batch, training=training)
    errors = trial.errors()
    if errors:
        raise ConformanceError("\n".join(errors))
    trial.check_front()


class _Trial:
    """A layer behind another, their parameters in one block of memory as in a network, and a pass through both."""

    def __init__(self, specimen: LayerSpecimen, batch: int, *, training: bool) -> None:
        self.batch = batch
        self.front = built_anew(Bend(), specimen.shape, seed=3)
        self.layer = specimen.used()
        self.layer.train() if training else self.layer.eval()
        self.bench = Bench(self.layer)
        self.layers_own = {name: parameter.grad for name, parameter in self.layer.named_parameters().items()}
        consolidate([*self.front.parameters(), *self.layer.parameters()])
        self.x = specimen.inputs(batch)
        passed = self.front.forward(self.x)
        self.h = passed.clone()
        output = self._forward(passed, may_refuse=training and batch == 1)
        self.upstream = upstream_of(output)
        self.found = require_tensor(
            "what backward returned", self.layer.backward(self.upstream.clone()), self.h
        ).clone()
        self.gradients = {name: grad.clone() for name, grad in self.layers_own.items()}
        self.reached_front = self.front.backward(self.found.clone())

    def errors(self) -> list[str]:
        """Return what is wrong with the gradients of the layer's input and parameters."""
        found = [gradient_error("the input", self.found, self._weighted, self.h, self.batch)]
        for name, parameter in self.layer.named_parameters().items():
            if parameter.grad is not self.layers_own[name]:
                found.append(
                    f"the gradient of {name} is a new tensor, of which the optimizer knows nothing: write into the one "
                    f"that is there, self.{name}.grad.copy_(…)"
                )
            else:
                found.append(gradient_error(name, self.gradients[name], self._weighted, parameter.value, self.batch))
        return [error for error in found if error is not None]

    def check_front(self) -> None:
        """Check the gradients of the layer before, as it gives them where nobody has written into its output."""
        reached = {name: parameter.grad.clone() for name, parameter in self.front.named_parameters().items()}
        self.front.forward(self.x)
        expected = self.front.backward(self.found)
        require_same("the gradient of the network's input", self.reached_front, expected, mend=OVERWRITTEN)
        for name, parameter in self.front.named_parameters().items():
            require_same(f"the gradient of {name} of the layer before", reached[name], parameter.grad, mend=OVERWRITTEN)

    def _forward(self, passed: Tensor, *, may_refuse: bool) -> Tensor:
        try:
            output = self.bench.forward(passed)
        except MinidlError as error:
            if may_refuse:
                raise NotCheckedError(f"it refuses a batch of 1 in training: {error}") from None
            raise
        if output.dtype != self.h.dtype:
            raise NotCheckedError(f"the output is {output.dtype} for an input of {self.h.dtype}, too coarse to compare")
        return output

    def _weighted(self) -> float:
        return float((self.bench.forward(self.h.clone()) * self.upstream).sum())
