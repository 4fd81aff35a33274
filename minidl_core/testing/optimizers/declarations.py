"""What optimizers declare of themselves, tried before it is relied on."""

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
    """Check that elements which are updated one by one become what they do together."""
    together, parameters = attached_optimizer(configured)
    alone = []
    for place, index in _elements():
        optimizer: Optimizer = configured.make()
        one = Parameter(parameters[place].value[index].clone().reshape(1))
        optimizer.attach([one])
        alone.append((optimizer, one, place, index))
    for step in range(STEPS):
        take_steps(together, parameters, range(step, step + 1))
        for optimizer, one, place, index in alone:
            one.grad.copy_(gradient(step, place)[index])
            optimizer.step()
    hint = "the step uses other elements' numbers, as a norm or a mean of all does: take out elementwise = True"
    for _, one, place, index in alone:
        what = f"element {list(index)} of parameter {place}, where it is updated on its own,"
        require_same(what, one.value, parameters[place].value[index].reshape(1), hint=hint)


def check_deferred(configured: ConfiguredPart) -> None:
    """Check that gradients which layers describe are used as if they were there."""
    optimizer, parameters = attached_optimizer(configured)
    usual, expected = attached_optimizer(configured)
    optimizer.block.defer(wanted=True)
    for step in range(STEPS):
        for place, (parameter, other) in enumerate(zip(parameters, expected, strict=True)):
            left, right = (
                random_normal(SHAPES[place][0], 4, seed=step),
                random_normal(4, SHAPES[place][-1], seed=step + 9),
            )
            for one in (parameter, other):
                one.set_grad_product(left, right) if len(SHAPES[place]) > 1 else one.set_grad_sum(left)
        optimizer.step()
        usual.step()
    hint = "use the gradient in self.block.add_grad alone, or take out only_adds = True"
    for place, (found, other) in enumerate(zip(parameters, expected, strict=True)):
        require_same(f"parameter {place} after steps by gradients that come late", found.value, other.value, hint=hint)


def check_twin(configured: ConfiguredPart) -> None:
    """Check that steps are those of the twin, where the first ones show a bias correction and later ones momentum."""
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
            way = (value - start[place]).abs().max().clamp(min=1e-12)
            what = f"the change of parameter {place} after step {step + 1}, relative to its largest"
            require_as_twin(what, (parameter.value - start[place]) / way, (value - start[place]) / way)


def _elements() -> list[tuple[int, tuple[int, ...]]]:
    """Return the place of each element: the parameter's, and its index there."""
    return [(place, index) for place, shape in enumerate(SHAPES) for index in product(*map(range, shape))]
