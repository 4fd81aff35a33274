"""Checks an optimizer against the PyTorch optimizer that it declares as its torch_twin."""

from __future__ import annotations

from minidl_core.testing.configured_part import ConfiguredPart
from minidl_core.testing.optimizers.steps import attached_optimizer, gradient, take_steps
from minidl_core.testing.torch_twin import call_twin, require_as_twin, twin_of

STEPS = 5


def check_twin(configured: ConfiguredPart) -> None:
    """Check that steps equal those of the PyTorch twin; first steps show bias correction, later ones momentum."""
    optimizer, parameters = attached_optimizer(configured)
    start = [parameter.value.clone() for parameter in parameters]
    theirs = [value.clone() for value in start]
    twin = twin_of(optimizer, theirs)
    for step in range(STEPS):
        take_steps(optimizer, parameters, range(step, step + 1))
        for place, value in enumerate(theirs):
            value.grad = gradient(step, place)
        call_twin(twin.step)
        for place, (parameter, value) in enumerate(zip(parameters, theirs, strict=True)):
            largest = (value - start[place]).abs().max().clamp(min=1e-12)
            what = f"the change of parameter {place} after step {step + 1}, relative to its largest element"
            require_as_twin(what, (parameter.value - start[place]) / largest, (value - start[place]) / largest)
