"""Checks that an optimizer satisfies what its class declares: elementwise, only_adds, torch_twin."""

from __future__ import annotations

from itertools import product

from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.interfaces.parameter import Parameter
from minidl_core.testing.configured_part import ConfiguredPart
from minidl_core.testing.numerics.comparison import random_normal, require_same
from minidl_core.testing.optimizers.steps import SHAPES, attached_optimizer, gradient, take_steps
from minidl_core.testing.torch_twin import call_twin, require_as_twin, twin_of

STEPS = 5


def check_elementwise(configured: ConfiguredPart) -> None:
    """Check that updating each element separately gives the same values as updating all at once."""
    optimizer, parameters = attached_optimizer(configured)
    separate = []
    for place, index in _elements():
        own: Optimizer = configured.make()
        one = Parameter(parameters[place].value[index].clone().reshape(1))
        own.attach([one])
        separate.append((own, one, place, index))
    for step in range(STEPS):
        take_steps(optimizer, parameters, range(step, step + 1))
        for own, one, place, index in separate:
            one.grad.copy_(gradient(step, place)[index])
            own.step()
    hint = "the step depends on other elements, as through a norm or a mean: remove elementwise = True"
    for _, one, place, index in separate:
        what = f"element {list(index)} of parameter {place}, updated separately,"
        require_same(what, one.value, parameters[place].value[index].reshape(1), hint=hint)


def check_deferred(configured: ConfiguredPart) -> None:
    """Check that deferred gradients, which layers describe as products, give the same steps."""
    optimizer, parameters = attached_optimizer(configured)
    usual, expected = attached_optimizer(configured)
    optimizer.block.defer(wanted=True)
    for step in range(STEPS):
        for place, (parameter, other) in enumerate(zip(parameters, expected, strict=True)):
            shape = SHAPES[place]
            left, right = random_normal(shape[0], 4, seed=step), random_normal(4, shape[-1], seed=step + 9)
            for one in (parameter, other):
                one.set_grad_product(left, right) if len(shape) > 1 else one.set_grad_sum(left)
        optimizer.step()
        usual.step()
    hint = "use the gradient only through self.block.add_grad, or remove only_adds = True"
    for place, (found, other) in enumerate(zip(parameters, expected, strict=True)):
        require_same(f"parameter {place} after steps with deferred gradients", found.value, other.value, hint=hint)


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


def _elements() -> list[tuple[int, tuple[int, ...]]]:
    """Return the parameter and the index of each element."""
    return [(place, index) for place, shape in enumerate(SHAPES) for index in product(*map(range, shape))]
