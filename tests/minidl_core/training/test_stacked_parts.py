"""Third-party parts of all kinds give the same results in a stack as in single runs."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

import minidl_core as minidl
from minidl_core import (
    HookError,
    Loss,
    Module,
    Optimizer,
    Parameter,
    Run,
    RunConfig,
    RunResult,
    Shape,
    default_registry,
    hookimpl,
    register,
)
from minidl_core.assembly import make_dataset
from minidl_core.interfaces.block import Block
from minidl_core.training.repeats import Repeats
from minidl_core.training.stacking import Stack


class Plain(Optimizer):
    """Its setting is kept under another name."""

    elementwise = True

    def __init__(self, lr: float = 0.1) -> None:
        self.rate = lr

    def step(self) -> None:
        self.block.value.add_(self.block.grad, alpha=-self.rate)


class Decaying(Plain):
    """It lowers its own rate at each step."""

    def step(self) -> None:
        super().step()
        self.rate *= 0.8


class Assigning(Plain):
    """It assigns where others write in place."""

    def step(self) -> None:
        self.block.grad = self.block.grad.clamp(-0.1, 0.1)
        self.block.value = self.block.value - self.rate * self.block.grad


class Copying(Plain):
    """It is copied with all that it holds."""

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)


class Averaging(Plain):
    """Its state is a tensor for each parameter."""

    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.means = [torch.zeros_like(parameter.value) for parameter in parameters]

    def step(self) -> None:
        for mean, parameter in zip(self.means, self.block.parameters, strict=True):
            mean.lerp_(parameter.grad, 0.3)
            parameter.value.add_(mean, alpha=-self.rate)

    def state(self) -> dict[str, Tensor]:
        return {f"mean{place}": mean for place, mean in enumerate(self.means)}


class Counting(Plain):
    """Its state is a number that it keeps as it is handed in."""

    elementwise = False

    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.steps = torch.tensor(0)

    def step(self) -> None:
        self.steps += 1
        self.block.value.add_(self.block.grad, alpha=-self.rate / float(self.steps))

    def state(self) -> dict[str, Tensor]:
        return {"steps": self.steps}

    def load_state(self, state: dict[str, Tensor]) -> None:
        self.steps = state["steps"]


class CountingAlike(Counting):
    """It counts for all runs at once."""

    elementwise = True


class Grouping(Plain):
    """It lays weights and biases in blocks of their own."""

    def attach(self, parameters: Sequence[Parameter]) -> None:
        self.groups = [Block(parameters[::2]), Block(parameters[1::2])]
        self.block = self.groups[0]

    def step(self) -> None:
        for group, share in zip(self.groups, (1.0, 0.5), strict=True):
            group.value.add_(group.grad, alpha=-self.rate * share)


class Annealing(Module):
    """It changes its own setting while it is trained."""

    depends_on_mode = True

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.factor *= 0.9
        self.used = self.factor
        return x * self.used

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.used


class Bounded(Module):
    """It keeps its own weights small."""

    def build(self, in_shape: Shape) -> Shape:
        self.weight = Parameter(torch.empty(in_shape, dtype=self.dtype).uniform_(generator=self.generator))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.weight.value.clamp_(-0.3, 0.3)
        self.x = x
        return x * self.weight.value.unsqueeze(-2)

    def backward(self, grad_output: Tensor) -> Tensor:
        self.weight.grad.copy_((grad_output * self.x).sum(-2))
        return grad_output * self.weight.value.unsqueeze(-2)


class Warming(Loss):
    """It counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.calls += 1
        self.difference = prediction - target
        return self.difference.square().sum((-2, -1)) * min(1.0, self.calls / 10)

    def backward(self) -> Tensor:
        return 2 * self.difference * min(1.0, self.calls / 10)


OPTIMIZERS = (Plain, Decaying, Assigning, Copying, Averaging, Counting, CountingAlike, Grouping)
BASE = {"data": "disk:train=30:test=10", "epochs": 3, "layers": "linear:4,tanh,linear:2", "dtype": "float64"}


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    """Make the parts known by their names."""
    for part in (*OPTIMIZERS, Annealing, Bounded, Warming):
        register(part)
    yield
    default_registry().unregister_module(__name__)


def require_same(found: list[RunResult], expected: list[RunResult]) -> None:
    for one, other in zip(found, expected, strict=True):
        for repeat, expected_repeat in zip(one.repeats, other.repeats, strict=True):
            assert [epoch.train["loss"] for epoch in repeat.history] == pytest.approx(
                [epoch.train["loss"] for epoch in expected_repeat.history], rel=1e-9
            )
            for name, tensor in expected_repeat.model.state().items():
                torch.testing.assert_close(repeat.model.state()[name], tensor, rtol=1e-9, atol=1e-12)


def both_ways(configs: list[RunConfig], hooks: Sequence[object] = ()) -> list[list[RunResult]]:
    """Return the results of stacked and of single runs."""
    return [
        minidl.run_all([config.updated({"without": without}) for config in configs], hooks=copy.deepcopy(hooks))
        for without in ((), ("stacking",))
    ]


@pytest.mark.filterwarnings("ignore:the repeats are trained one after another")
@pytest.mark.parametrize("part", OPTIMIZERS, ids=lambda part: part.__name__)
def test_optimizers_of_all_kinds_give_the_same_results_in_a_stack(part: type[Optimizer]) -> None:
    name = part.label()
    same = [RunConfig(repeats=3, optimizer=f"{name}:lr=0.2", **BASE)]
    different = [RunConfig(repeats=2, optimizer=f"{name}:lr={lr}", **BASE) for lr in (0.3, 0.02)]
    for configs in (same, different, same + different):
        found, expected = both_ways(configs)
        require_same(found, expected)
        first, *_, last = expected[0].repeats[0].history
        assert last.train["loss"] < first.train["loss"]


class Slowing:
    """It changes a number of the optimizer that is no setting by name, of all runs or of one."""

    def __init__(self, repeats: Sequence[int]) -> None:
        self.repeats = repeats

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        if run.repeat in self.repeats:
            run.optimizer.rate *= 0.3  # type: ignore[attr-defined]


@pytest.mark.parametrize("repeats", [(1, 2, 3), (2,)])
@pytest.mark.parametrize("name", ["plain", "counting", "counting_alike"])
def test_numbers_of_an_optimizer_that_hooks_change_take_effect(name: str, repeats: tuple[int, ...]) -> None:
    config = RunConfig(repeats=3, optimizer=name, **BASE)
    found, expected = both_ways([config], [Slowing(repeats)])
    require_same(found, expected)
    assert found[0].repeats[1].final != minidl.run(config).repeats[1].final


@pytest.mark.parametrize("layers", ["linear:4,annealing,linear:2", "linear:4,bounded,linear:2"])
def test_layers_that_change_themselves_do_so_in_a_stack_too(layers: str) -> None:
    configs = [RunConfig(repeats=2, optimizer=f"sgd:lr={lr}", **BASE | {"layers": layers}) for lr in (0.3, 0.1)]
    require_same(*both_ways(configs))
    require_same(*both_ways(configs[:1]))


def test_a_loss_that_counts_its_calls_counts_no_trial() -> None:
    require_same(*both_ways([RunConfig(repeats=3, optimizer="sgd:lr=0.001", **BASE | {"loss": "warming"})]))


def test_configurations_may_come_one_by_one() -> None:
    results = minidl.run_all(RunConfig(optimizer=f"plain:lr={lr}", **BASE) for lr in (0.1, 0.2))
    assert len(results) == 2


def test_a_hook_that_fails_where_another_run_diverges_is_reported_and_the_good_runs_are_kept() -> None:
    class Failing:
        @hookimpl
        def minidl_run_ended(self, run: Run) -> None:
            if run.repeat == 1:
                raise ValueError("boom")

    configs = [RunConfig(optimizer=f"plain:lr={lr}", **BASE) for lr in (0.1, 1e300, 0.05)]
    with pytest.raises(HookError, match="boom") as caught:
        minidl.run_all(configs, hooks=[Failing()])
    assert [len(result.repeats[0].history) for result in caught.value.result] == [3, 0, 3]


@pytest.mark.parametrize(
    ("optimizers", "shares"),
    [
        (("plain", "plain"), True),
        (("adam", "adam"), True),
        (("plain:lr=0.1", "plain:lr=0.2"), False),
        (("counting", "counting"), False),
        (("averaging", "averaging"), False),
    ],
)
def test_runs_share_a_step_where_they_can(optimizers: tuple[str, str], shares: bool) -> None:
    tasks = [(RunConfig(optimizer=one, **BASE), make_dataset("disk:train=30:test=10")) for one in optimizers]
    _, runs = Repeats(tasks, progress=False).next()
    assert (Stack(runs).shared is not None) == shares
