"""Checks the gradients of a layer against central differences, behind another layer as in a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from torch import Tensor

from minidl_core.errors import MinidlError
from minidl_core.interfaces.block import consolidate
from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.formula_location import locate_formula
from minidl_core.testing.layers.conditions import BATCHES, LARGE_BATCH, Conditions
from minidl_core.testing.layers.configured_layer import ConfiguredLayer, build_from_seed
from minidl_core.testing.layers.harness import Harness, upstream_of
from minidl_core.testing.numerics.central_differences import CentralDifferences
from minidl_core.testing.numerics.comparison import require_same, require_tensor
from minidl_core.testing.numerics.diagnosis import diagnose
from minidl_core.testing.numerics.gradient_check import INPUT, WrongGradient, compare_gradient
from minidl_core.testing.probe_layer import ProbeLayer

OVERWRITTEN = "forward or backward of the layer overwrites the output of the previous layer, which that layer needs"

WrongGradients = dict[str, WrongGradient]
"""The wrong gradients of a layer, by input or parameter."""


def check_gradients(configured: ConfiguredLayer, conditions: Conditions) -> None:
    """Compare all gradients with central differences, for a random upstream gradient and behind another layer."""
    trial = GradientTrial(configured, conditions)
    if wrong := configured.cached(conditions, trial.wrong):
        diagnoses = {name: _diagnose(configured, conditions, name, one) for name, one in wrong.items()}
        text = "; ".join(one.text for one in wrong.values())
        topic = f"the gradient of {', '.join(wrong)}"
        raise ConformanceError(text, _merge_diagnoses(diagnoses), topic, locate_formula(configured.part, wrong))
    trial.check_previous_layer()


def _diagnose(configured: ConfiguredLayer, conditions: Conditions, name: str, one: WrongGradient) -> str:
    """Return the probable cause that explains the gradients of ordinary batches of all sizes."""
    wrong, right = [], []
    for batch in BATCHES:
        other = Conditions(batch, conditions.training)
        with suppress(Exception):  # reported by its own case
            found = one if other == conditions else _cached_wrong(configured, other).get(name)
            wrong += [] if found is None else [found]
            right += [(batch, 1)] if found is None else []
    if not wrong and conditions.batch == LARGE_BATCH:
        return f"it depends on the batch size: it is correct for {', '.join(str(batch) for batch, _ in right)}"
    if not wrong and conditions.inputs != "ordinary":
        return diagnose([one])
    return diagnose([*wrong, *([] if one in wrong else [one])], right) or diagnose(wrong or [one], right)


def _cached_wrong(configured: ConfiguredLayer, conditions: Conditions) -> WrongGradients:
    """Return the wrong gradients under some conditions, computed once."""
    return configured.cached(conditions, lambda: GradientTrial(configured, conditions).wrong())


def _merge_diagnoses(diagnoses: dict[str, str]) -> str:
    """Return the probable causes as one text: once if all gradients have the same."""
    different = {cause for cause in diagnoses.values() if cause}
    if len(different) == 1 and all(diagnoses.values()):
        return different.pop()
    return "; ".join(f"{name}: {cause}" for name, cause in diagnoses.items() if cause)


class GradientTrial:
    """One pass through a probe layer and the layer, with their parameters in one block of memory as in a network."""

    def __init__(self, configured: ConfiguredLayer, conditions: Conditions) -> None:
        self.conditions = conditions
        self.previous = build_from_seed(ProbeLayer(), configured.shape, seed=3)
        self.layer = configured.trained()
        self.layer.train() if conditions.training else self.layer.eval()
        self.harness = Harness(self.layer)
        consolidate([*self.previous.parameters(), *self.layer.parameters()])
        self.x = conditions.draw(configured.shape)
        passed = self.previous.forward(self.x) if conditions.inputs == "ordinary" else self.x.clone()
        self.h = passed.clone()
        output = self._forward(passed)
        self.upstream = upstream_of(output)
        grad_input = self.layer.backward(self.upstream.clone())
        self.found = require_tensor("what backward returned", grad_input, self.h).clone()
        self.gradients = {name: parameter.grad.clone() for name, parameter in self.layer.named_parameters().items()}
        self.passed = passed

    def wrong(self) -> WrongGradients:
        """Return the wrong gradients of the layer's input and parameters.

        Raises:
            ConformanceError: a gradient has a wrong shape or type.
        """
        return {name: wrong for name, found, value in self._gradients() if (wrong := self._wrong(name, found, value))}

    def check_previous_layer(self) -> None:
        """Check the gradients of the previous layer, which are wrong if the layer has overwritten its output."""
        if self.conditions.inputs != "ordinary":
            return
        reached_input = self.previous.backward(self.found.clone())
        reached = {name: parameter.grad.clone() for name, parameter in self.previous.named_parameters().items()}
        self.previous.forward(self.x)
        expected = self.previous.backward(self.found)
        require_same("the gradient of the network's input", reached_input, expected, hint=OVERWRITTEN)
        for name, parameter in self.previous.named_parameters().items():
            require_same(
                f"the gradient of {name} of the previous layer", reached[name], parameter.grad, hint=OVERWRITTEN
            )

    def _gradients(self) -> Iterator[tuple[str, Tensor, Tensor]]:
        """Yield the name, the gradient and the value of the input and of each parameter."""
        yield INPUT, self.found, self.h
        for name, parameter in self.layer.named_parameters().items():
            yield name, self.gradients[name], parameter.value

    def _wrong(self, name: str, found: Tensor, value: Tensor) -> WrongGradient | None:
        for expected, given in ((tuple(value.shape), tuple(found.shape)), (value.dtype, found.dtype)):
            if expected != given:
                raise ConformanceError(f"the gradient of {name} is of {given}, expected {expected}, like its value")
        unit = self.conditions.unit if name == INPUT else 1.0
        differences = CentralDifferences(self._weighted, value, unit, self.conditions.tolerance)
        return compare_gradient(name, found, differences, self.conditions.batch, self.conditions.most)

    def _forward(self, passed: Tensor) -> Tensor:
        try:
            output = self.harness.forward(passed)
        except MinidlError as error:
            if self.conditions.training and self.conditions.batch == 1:
                raise NotCheckedError(f"it rejects a batch of 1 in training: {error}") from None
            raise
        if output.dtype != self.h.dtype:
            raise NotCheckedError(
                f"the output is {output.dtype} for an input of {self.h.dtype}, which is too imprecise to compare"
            )
        if self.conditions.inputs == "ordinary" and not bool(output.isfinite().all()):
            raise ConformanceError("the output contains NaN or infinite numbers for inputs from -4 to 4")
        return output

    def _weighted(self) -> Tensor:
        return self.harness.forward(self.h.clone()) * self.upstream
