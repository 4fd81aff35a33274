"""Checks of an optimizer's steps and of its state."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.interfaces.parameter import Parameter
from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.configured_part import ConfiguredPart
from minidl_core.testing.numerics.comparison import random_normal, require_same
from minidl_core.testing.numerics.overflow import OVERFLOWS
from minidl_core.testing.subject import FirstStep

SHAPES = ((3, 2), (3,), (1, 3))
QUADRATIC_STEPS = 50
EXTREMES = (0.0, 1e-30, 1e-8, 1e4, 1e8)


def check_steps(configured: ConfiguredPart) -> None:
    """Check that steps update the values in place and leave the gradients unchanged."""
    optimizer, parameters = attached_optimizer(configured)
    held = [parameter.value for parameter in parameters]
    before = [value.clone() for value in held]
    take_steps(optimizer, parameters, range(3))
    for place, (parameter, value, old) in enumerate(zip(parameters, held, before, strict=True)):
        if parameter.value is not value or torch.equal(value, old):
            raise ConformanceError(
                f"three steps do not update parameter {place} of shape {tuple(old.shape)} in place: update "
                "self.block.value in place, as value.add_(…) does, because layers hold views of it"
            )
        if not torch.equal(parameter.grad, gradient(2, place)):
            raise ConformanceError(f"a step modifies the gradient of parameter {place}: compute into a new tensor")


def check_restored_state(configured: ConfiguredPart) -> None:
    """Check that an optimizer with a restored state continues exactly as the original one."""
    original, parameters = attached_optimizer(configured)
    take_steps(original, parameters, range(3))
    state = {name: tensor.clone() for name, tensor in original.state().items()}
    restored, copies = attached_optimizer(configured)
    for copy, parameter in zip(copies, parameters, strict=True):
        copy.value.copy_(parameter.value)
    restored.load_state(state)
    take_steps(original, parameters, range(3, 6))
    take_steps(restored, copies, range(3, 6))
    hint = "state() must contain every tensor that a step depends on, and load_state must restore it"
    for place, (found, expected) in enumerate(zip(copies, parameters, strict=True)):
        require_same(f"parameter {place} after the state was restored", found.value, expected.value, 0, hint)


def check_determinism(configured: ConfiguredPart) -> None:
    """Check that the same gradients give the same steps, independent of torch's global generator."""
    values = []
    for seed in (1, 2):
        torch.default_generator.manual_seed(seed)
        optimizer, parameters = attached_optimizer(configured)
        take_steps(optimizer, parameters, range(3))
        values.append([parameter.value for parameter in parameters])
    for place, (first, again) in enumerate(zip(*values, strict=True)):
        require_same(f"parameter {place} after the same steps", again, first, 0, "a step must not draw random numbers")


def check_quadratic(configured: ConfiguredPart) -> None:
    """Check, in float32, that many steps reduce the loss ½θ²."""
    optimizer: Optimizer = configured.make()
    parameter = Parameter(torch.full((4,), 3.0))
    optimizer.attach([parameter])
    for _ in range(QUADRATIC_STEPS):
        parameter.grad = parameter.value.clone()
        optimizer.step()
    if not bool((parameter.value.abs() < 3).all()):  # noqa: PLR2004 - where it started
        raise ConformanceError(
            f"{QUADRATIC_STEPS} steps on the loss ½θ² lead from θ = 3 to {parameter.value.abs().max():.4g}, expected "
            "less than 3: check the sign of the step and the size of the learning rate"
        )


def check_extremes(configured: ConfiguredPart) -> None:
    """Check, in float32, that zero, tiny and huge gradients keep values finite."""
    for size in EXTREMES:
        optimizer: Optimizer = configured.make()
        parameter = Parameter(torch.ones(4))
        optimizer.attach([parameter])
        for _ in range(3):
            parameter.grad = torch.full_like(parameter.value, size)
            optimizer.step()
        if not bool(parameter.value.isfinite().all()):
            cause = "0/0: add eps to the divisor" if size == 0 else OVERFLOWS
            raise ConformanceError(f"for gradients of {size:g}, values become {parameter.value[0]}", cause)


def check_first_step(configured: ConfiguredPart, reference: FirstStep | None) -> None:
    """Check the first step against a reference."""
    if reference is None:
        raise NotCheckedError("no reference is given, as in reference=lambda value, grad: value - 0.01 * grad")
    optimizer, parameters = attached_optimizer(configured)
    before = [parameter.value.clone() for parameter in parameters]
    take_steps(optimizer, parameters, range(1))
    for place, (parameter, old) in enumerate(zip(parameters, before, strict=True)):
        require_same(f"parameter {place} after the first step", parameter.value, reference(old, gradient(0, place)))


def attached_optimizer(configured: ConfiguredPart) -> tuple[Optimizer, list[Parameter]]:
    """Return an optimizer and the parameters that it is attached to."""
    optimizer: Optimizer = configured.make()
    parameters = [Parameter(random_normal(*shape, seed=place)) for place, shape in enumerate(SHAPES)]
    optimizer.attach(parameters)
    return optimizer, parameters


def take_steps(optimizer: Optimizer, parameters: list[Parameter], steps: range) -> None:
    """Take steps, each with its own gradients."""
    for step in steps:
        for place, parameter in enumerate(parameters):
            parameter.grad = gradient(step, place)
        optimizer.step()


def gradient(step: int, place: int) -> Tensor:
    """Return the gradient of a parameter in a step."""
    return random_normal(*SHAPES[place], seed=100 + 10 * step + place)
