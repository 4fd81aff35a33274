"""The state of optimizers: a restored one continues exactly, and runs in a group have separate states."""

from __future__ import annotations

import copy

import pytest
import torch

from minidl_core import Optimizer
from minidl_optimizers.adam import Adam
from minidl_optimizers.adamw import AdamW
from minidl_optimizers.sgd import SGD
from tests.support.trajectories import attached, gradients, step_along, values

OPTIMIZERS = [
    SGD(0.1),
    SGD(0.1, weight_decay=0.01),
    SGD(0.1, 0.9),
    SGD(0.1, 0.9, 0.5, 0.01),
    SGD(0.1, 0.9, weight_decay=0.01, nesterov=True),
    Adam(),
    Adam(0.01, (0.5, 0.9), weight_decay=0.1, amsgrad=True),
    AdamW(),
    AdamW(0.01, amsgrad=True),
]
every = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)


@every
@pytest.mark.parametrize("stopped", [0, 1, 25])
def test_a_restored_optimizer_continues_exactly(optimizer: Optimizer, stopped: int) -> None:
    whole, resumed = copy.copy(optimizer), copy.copy(optimizer)
    parameters = attached(whole, values(1))
    for step in range(stopped):
        step_along(whole, parameters, gradients(1, step))
    state = {name: tensor.clone() for name, tensor in whole.state().items()}
    restored = attached(resumed, [parameter.value for parameter in parameters])
    resumed.load_state(state)
    for step in range(stopped, 50):
        step_along(whole, parameters, gradients(1, step))
        step_along(resumed, restored, gradients(1, step))

    assert all(torch.equal(one.value, other.value) for one, other in zip(parameters, restored, strict=True))
    assert all(torch.equal(tensor, resumed.state()[name]) for name, tensor in whole.state().items())


@every
def test_attaching_again_resets_the_state(optimizer: Optimizer) -> None:
    used, fresh = copy.copy(optimizer), copy.copy(optimizer)
    parameters = attached(used, values(1))
    for step in range(3):
        step_along(used, parameters, gradients(1, step))
    again, first = attached(used, values(2)), attached(fresh, values(2))
    for step in range(3):
        step_along(used, again, gradients(2, step))
        step_along(fresh, first, gradients(2, step))

    assert all(torch.equal(one.value, other.value) for one, other in zip(again, first, strict=True))
