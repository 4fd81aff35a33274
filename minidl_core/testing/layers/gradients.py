"""The gradients of a layer that stands behind another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from torch import Tensor

from minidl_core.errors import MinidlError
from minidl_core.interfaces.block import consolidate
from minidl_core.testing.bend import Bend
from minidl_core.testing.case import ConformanceError, NotCheckedError
from minidl_core.testing.causes import guess
from minidl_core.testing.comparing import require_same, require_tensor
from minidl_core.testing.differences import Differences
from minidl_core.testing.gradient import INPUT, WrongGradient, wrong_gradient
from minidl_core.testing.layers.bench import Bench, upstream_of
from minidl_core.testing.layers.situation import BATCHES, LARGE_BATCH, Situation
from minidl_core.testing.layers.specimen import LayerSpecimen, built_anew

OVERWRITTEN = "forward or backward of the layer writes into the output of the one before it, which needs that"

Wrong = dict[str, WrongGradient]
"""What is wrong with the gradients of a layer, by what they are of."""


def check_gradients(specimen: LayerSpecimen, situation: Situation) -> None:
    """Compare all gradients with central differences, for a random upstream gradient and behind another layer."""
    trial = Trial(specimen, situation)
    if wrong := trial.wrong():
        causes = {name: _cause(specimen, situation, name, one) for name, one in wrong.items()}
        text = "; ".join(one.text for one in wrong.values())
        raise ConformanceError(text, _joined(causes), f"the gradient of {', '.join(wrong)}")
    trial.check_front()


def _cause(specimen: LayerSpecimen, situation: Situation, name: str, one: WrongGradient) -> str:
    """Return the probable cause that goes with what ordinary batches of all sizes show."""
    wrong, right = [], []
    for batch in BATCHES:
        other = Situation(batch, situation.training)
        with suppress(Exception):  # that it fails otherwise is told where it is checked
            found = one if other == situation else _remembered(specimen, other).get(name)
            wrong += [] if found is None else [found]
            right += [(batch, 1)] if found is None else []
    if not wrong and situation.batch == LARGE_BATCH:
        return f"it depends on the size of the batch: it is right for {', '.join(str(batch) for batch, _ in right)}"
    if not wrong and situation.inputs != "ordinary":
        return guess([one])
    return guess([*wrong, *([] if one in wrong else [one])], right) or guess(wrong or [one], right)


def _remembered(specimen: LayerSpecimen, situation: Situation) -> Wrong:
    """Return what is wrong in a situation, found out once."""
    return specimen.remembered(situation, lambda: Trial(specimen, situation).wrong())


def _joined(causes: dict[str, str]) -> str:
    """Return causes in words: once if there is one for all gradients."""
    different = {cause for cause in causes.values() if cause}
    if len(different) == 1 and all(causes.values()):
        return different.pop()
    return "; ".join(f"{name}: {cause}" for name, cause in causes.items() if cause)


class Trial:
    """A layer behind another, their parameters in one block of memory as in a network, and a pass through both."""

    def __init__(self, specimen: LayerSpecimen, situation: Situation) -> None:
        self.situation = situation
        self.front = built_anew(Bend(), specimen.shape, seed=3)
        self.layer = specimen.used()
        self.layer.train() if situation.training else self.layer.eval()
        self.bench = Bench(self.layer)
        self.layers_own = {name: parameter.grad for name, parameter in self.layer.named_parameters().items()}
        consolidate([*self.front.parameters(), *self.layer.parameters()])
        self.x = situation.draw(specimen.shape)
        passed = self.front.forward(self.x) if situation.inputs == "ordinary" else self.x.clone()
        self.h = passed.clone()
        output = self._forward(passed)
        self.upstream = upstream_of(output)
        grad_input = self.layer.backward(self.upstream.clone())
        self.found = require_tensor("what backward returned", grad_input, self.h).clone()
        self.gradients = {name: grad.clone() for name, grad in self.layers_own.items()}
        self.passed = passed

    def wrong(self) -> Wrong:
        """Return what is wrong with the gradients of the layer's input and parameters.

        Raises:
            ConformanceError: a gradient is a new tensor, or of another shape.
        """
        return {name: wrong for name, found, value in self._gradients() if (wrong := self._wrong(name, found, value))}

    def check_front(self) -> None:
        """Check the gradients of the layer before, as it gives them where nobody has written into its output."""
        if self.situation.inputs != "ordinary":
            return
        reached_input = self.front.backward(self.found.clone())
        reached = {name: parameter.grad.clone() for name, parameter in self.front.named_parameters().items()}
        self.front.forward(self.x)
        expected = self.front.backward(self.found)
        require_same("the gradient of the network's input", reached_input, expected, mend=OVERWRITTEN)
        for name, parameter in self.front.named_parameters().items():
            require_same(f"the gradient of {name} of the layer before", reached[name], parameter.grad, mend=OVERWRITTEN)

    def _gradients(self) -> Iterator[tuple[str, Tensor, Tensor]]:
        """Yield each gradient with what it is of."""
        yield INPUT, self.found, self.h
        for name, parameter in self.layer.named_parameters().items():
            if parameter.grad is not self.layers_own[name]:
                raise ConformanceError(
                    f"the gradient of {name} is a new tensor, of which the optimizer knows nothing: write into the one "
                    f"that is there, self.{name}.grad.copy_(…)"
                )
            yield name, self.gradients[name], parameter.value

    def _wrong(self, name: str, found: Tensor, value: Tensor) -> WrongGradient | None:
        if found.shape != value.shape:
            raise ConformanceError(f"the gradient of {name} is of shape {tuple(found.shape)}, not {tuple(value.shape)}")
        unit = self.situation.unit if name == INPUT else 1.0
        differences = Differences(self._weighted, value, unit, self.situation.tolerance)
        return wrong_gradient(name, found, differences, self.situation.batch, self.situation.most)

    def _forward(self, passed: Tensor) -> Tensor:
        try:
            output = self.bench.forward(passed)
        except MinidlError as error:
            if self.situation.training and self.situation.batch == 1:
                raise NotCheckedError(f"it refuses a batch of 1 in training: {error}") from None
            raise
        if output.dtype != self.h.dtype:
            raise NotCheckedError(f"the output is {output.dtype} for an input of {self.h.dtype}, too coarse to compare")
        if self.situation.inputs == "ordinary" and not bool(output.isfinite().all()):
            raise ConformanceError("the output holds NaN or infinite numbers for inputs from -4 to 4")
        return output

    def _weighted(self) -> Tensor:
        return self.bench.forward(self.h.clone()) * self.upstream
