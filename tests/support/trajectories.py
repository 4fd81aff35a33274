"""Steps of an optimizer and of its PyTorch twin with the same gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Optimizer, Parameter, generator

SHAPES = ((3, 2), (5,), (2, 1, 2), ())
EXTREMES = torch.tensor([0.0, 0.0, 1e-30, -1e-30, 1e8, -1e8], dtype=torch.float64)


def values(seed: int, *runs: int) -> list[Tensor]:
    """Return initial values for parameters of several shapes."""
    source = generator(seed)
    return [torch.randn((*runs, *shape), dtype=torch.float64, generator=source) for shape in SHAPES]


def gradients(seed: int, step: int, *runs: int) -> list[Tensor]:
    """Return gradients of a step, some extreme; those of one element are 0 in the first 20 steps."""
    source = generator(1000 * seed + step)
    drawn = []
    for shape in SHAPES:
        grad = torch.randn((*runs, *shape), dtype=torch.float64, generator=source)
        extreme = EXTREMES[torch.randint(len(EXTREMES), grad.shape, generator=source)]
        grad = grad.where(torch.rand(grad.shape, generator=source) < 0.7, extreme)
        grad.view(-1)[:1] *= step >= 20
        drawn.append(grad)
    return drawn


def attached(optimizer: Optimizer, initial: list[Tensor]) -> list[Parameter]:
    """Return parameters attached to an optimizer."""
    parameters = [Parameter(value.clone()) for value in initial]
    optimizer.attach(parameters)
    return parameters


def step_along(optimizer: Optimizer, parameters: list[Parameter], grads: list[Tensor]) -> None:
    """Take a step like the training loop, and check that it does not change the gradients."""
    for parameter, grad in zip(parameters, grads, strict=True):
        parameter.grad.copy_(grad)
    with torch.inference_mode():
        optimizer.step()
    for parameter, grad in zip(parameters, grads, strict=True):
        assert torch.equal(parameter.grad, grad)


def assert_same_trajectory(ours: Optimizer, theirs: type[torch.optim.Optimizer], settings: dict, seed: int) -> None:
    """Check 50 steps, to 1e-10 of the largest absolute value that each element has had."""
    initial = values(seed)
    parameters = attached(ours, initial)
    leaves = [value.clone().requires_grad_() for value in initial]
    twin = theirs(leaves, **settings)
    largest = [value.abs() for value in initial]
    for step in range(50):
        grads = gradients(seed, step)
        step_along(ours, parameters, grads)
        for leaf, grad in zip(leaves, grads, strict=True):
            leaf.grad = grad.clone()
        twin.step()
        for place, (parameter, leaf) in enumerate(zip(parameters, leaves, strict=True)):
            largest[place] = torch.maximum(largest[place], leaf.detach().abs())
            difference = (parameter.value - leaf.detach()).abs()
            assert (difference <= 1e-10 * largest[place]).all(), f"step {step}, parameter {place}: {difference}"
