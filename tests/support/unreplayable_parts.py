"""Parts that cannot or must not be replayed, each with the reason that is expected."""

from __future__ import annotations

import itertools
import random
import threading
import time
import types
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minidl_core import Loss, Module, Optimizer, Parameter, Shape

REASONS: dict[type, str] = {}
"""The pattern of the reason for each part."""


def because(pattern: str) -> Callable[[type], type]:
    """Note the reason that is expected for a part."""

    def note(part: type) -> type:
        REASONS[part] = pattern
        return part

    return note


class Passing(Module):
    """The base of layers that pass gradients on."""

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * 1.0


@because(r", line \d+ of unreplayable_parts\.py, changes its attribute `calls` from 2 to 3 from step to step")
class Counts(Passing):
    """A number of its own goes into the result."""

    def __init__(self) -> None:
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return x * (1 + 1 / self.calls)


@because(r"changes its attribute `calls` from 2 to 3")
class CountsForLater(Passing):
    """A number that has an effect only after many steps."""

    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return x * (2.0 if self.calls > 50 else 1.0)


@because(r"changes its attribute `state\[0\]` from 2 to 3")
class CountsInList(Passing):
    def __init__(self) -> None:
        self.state = [0]

    def forward(self, x: Tensor) -> Tensor:
        self.state[0] += 1
        return x * (2.0 if self.state[0] > 50 else 1.0)


@because(r"changes its attribute `state\['more'\]\['calls'\]` from 2 to 3")
class CountsInDict(Passing):
    def __init__(self) -> None:
        self.state = {"more": {"calls": 0}}

    def forward(self, x: Tensor) -> Tensor:
        self.state["more"]["calls"] += 1
        return x * 1.0


class Counter:
    """An object that is no part."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


@because(r"changes its attribute `counter\.count` from 2 to 3")
class CountsInObject(Passing):
    def __init__(self) -> None:
        self.counter = Counter()

    def forward(self, x: Tensor) -> Tensor:
        self.counter.count += 1
        return x * 1.0


@because(r"changes its attribute `mode` from 'b' to 'a'")
class Alternates(Passing):
    def __init__(self) -> None:
        self.mode = "b"

    def forward(self, x: Tensor) -> Tensor:
        self.mode = "a" if self.mode == "b" else "b"
        return x + 1 if self.mode == "a" else x - 1


@because(r"reads the values? of a tensor in Python")
class BranchesOnData(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2 if x.mean() > 0 else x * 1.0


@because(r"reads the values of a tensor in Python \(`item`\)")
class ReadsItem(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x / x.abs().max().item()


@because(r"reads the values of a tensor in Python \(`__float__`\)")
class ReadsFloat(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * float(x.abs().max() > 0)


@because(r"reads the values of a tensor in Python \(`tolist`\)")
class ReadsList(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * max(x.tolist()[0])


@because(r"calls index, whose result has a shape that depends on the values")
class SelectsByMask(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x - x[x > 0].sum()


@because(r"calls nonzero, whose result has a shape")
class FindsNonzero(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * len((x > 0).nonzero())


@because(r"calls (_unique2|unique_dim|unique_consecutive), whose result has a shape")
class FindsUnique(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * len(x.unique())


@because(r"draws random numbers from Python")
class DrawsFromPython(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * (1 + 0.1 * random.random())


@because(r"draws random numbers from Python")
class DrawsFromOwnPython(Passing):
    def __init__(self) -> None:
        self.source = random.Random(0)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.source.choice([1.0, 1.0, 1.0])


@because(r"draws random numbers from numpy|calls aten.mul.Tensor with another number")
class DrawsFromNumpy(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * float(np.random.rand())  # noqa: NPY002 - the usual way


@because(r"reads the values of a tensor in Python \(`numpy`\)")
class ComputesWithNumpy(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return torch.from_numpy(x.numpy() * 2)


@because(r"changes its attribute `table` from")
class KeepsNumpy(Passing):
    def __init__(self) -> None:
        self.table = np.zeros(1)

    def forward(self, x: Tensor) -> Tensor:
        self.table += 1
        return x + torch.from_numpy(self.table.copy()).to(x.dtype)


@because(r"reads the clock")
class ReadsClock(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * (1 + (time.perf_counter() > 0))


@because(r"reads the clock")
class ReadsDate(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * datetime.now().year  # noqa: DTZ005 - the usual way


@because(r"changes the length of its list `seen` from 2 to 3")
class GrowsList(Passing):
    def __init__(self) -> None:
        self.seen: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(x.mean())
        return x * 1.0


@because(r"changes its attribute `recent\[1\]` from 0 to 1")
class RollsDeque(Passing):
    def __init__(self) -> None:
        self.recent = deque([0, 0, 0, 0], maxlen=4)

    def forward(self, x: Tensor) -> Tensor:
        self.recent.append(self.recent[-1] + 1)
        return x * 1.0


@because(r"uses a tensor that is not part of the run, such as a global one, or one kept from an earlier step")
class RebindsMean(Passing):
    def build(self, in_shape: Shape) -> Shape:
        self.mean = torch.zeros(in_shape, dtype=self.dtype)
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.mean = self.mean * 0.9 + x.mean(0) * 0.1
        return x - self.mean


@because(r"swaps tensors from step to step")
class SwapsBuffers(Passing):
    def build(self, in_shape: Shape) -> Shape:
        self.a, self.b = torch.zeros(in_shape, dtype=self.dtype), torch.ones(in_shape, dtype=self.dtype)
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.a, self.b = self.b, self.a
        return x + self.b


@because(r"uses a tensor that is not part of the run")
class KeepsInput(Passing):
    previous: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        previous, self.previous = self.previous, x
        return x * 1.0 if previous is None else x + previous


GLOBAL_SCALE = torch.tensor(0.5, dtype=torch.float64)
GLOBAL_GENERATOR = torch.Generator()
global_calls = 0


@because(r"uses a tensor that is not part of the run, such as a global one")
class ReadsGlobalTensor(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * GLOBAL_SCALE


@because(r"changes the class attribute or global variable `global_calls`|another number")
class CountsGlobally(Passing):
    def forward(self, x: Tensor) -> Tensor:
        global global_calls  # noqa: PLW0603 - what is to be found
        global_calls += 1
        return x * (1.0 if global_calls < 1000 else 2.0)


@because(r"changes the class attribute or global variable `calls`")
class CountsInClass(Passing):
    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        type(self).calls += 1
        return x * 1.0


@because(r"draws from PyTorch's global generator: write generator=self.generator")
class DrawsGlobally(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.rand_like(x)


@because(r"draws from a generator that is not part of the run")
class DrawsFromGlobalGenerator(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.empty_like(x).normal_(generator=GLOBAL_GENERATOR)


@because(r"computes on the device meta")
class UsesOtherDevice(Passing):
    def forward(self, x: Tensor) -> Tensor:
        self.copy = x.to("meta")
        return x * 1.0


@because(r"computes with tensors of torch.bfloat16, which are not replayed")
class RoundsToBfloat16(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x.to(torch.bfloat16).to(x.dtype)


@because(r"computes with tensors of torch.sparse_coo")
class UsesSparse(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x + x.to_sparse().to_dense()


@because(r"changes its attribute `width` from|another shape")
class ChangesShape(Passing):
    width = 0

    def forward(self, x: Tensor) -> Tensor:
        self.width = self.width % 3 + 1
        return x + x[:, : self.width].sum()


@because(r"changes its attribute `numbers` from count\(2\) to count\(3\)")
class CountsByIterator(Passing):
    def __init__(self) -> None:
        self.numbers = itertools.count()

    def forward(self, x: Tensor) -> Tensor:
        return x * (1.0 if next(self.numbers) < 100 else 2.0)


@because(r"writes to its input, which may be part of the data")
class WritesInput(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x.mul_(2)


@because(r"calls print")
class Prints(Passing):
    def forward(self, x: Tensor) -> Tensor:
        print("forward")  # noqa: T201 - what is to be found
        return x * 1.0


class Shared:
    """An object, and a class, that layers use but do not hold."""

    calls = 0

    def __init__(self) -> None:
        self.count = 0
        self.local = threading.local()


SHARED = Shared()
SHARED_ARRAY = np.zeros(1)
SHARED_ITERATOR = itertools.count()
shared_module = types.ModuleType("shared_module")
shared_module.calls = 0  # type: ignore[attr-defined]
helper_calls = 0


def count_in_helper() -> int:
    global helper_calls  # noqa: PLW0603 - what is to be found
    helper_calls += 1
    return helper_calls


def scaled(x: Tensor) -> Tensor:
    return x * (1.0 if count_in_helper() < 1000 else 2.0)


@because(r"changes the class attribute or global variable `helper_calls` from step to step")
class CountsInHelper(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return scaled(x)


@because(r"changes the class attribute or global variable `helper_calls`")
class CountsInProperty(Passing):
    @property
    def scale(self) -> float:
        return 1.0 if count_in_helper() < 1000 else 2.0

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


@because(r"changes the class attribute or global variable `helper_calls`")
class CountsInStaticMethod(Passing):
    @staticmethod
    def scale() -> float:
        return 1.0 if count_in_helper() < 1000 else 2.0

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale()


@because(r"changes the class attribute or global variable `shared_module.calls`")
class CountsInModule(Passing):
    def forward(self, x: Tensor) -> Tensor:
        shared_module.calls += 1
        return x * (1.0 if shared_module.calls < 1000 else 2.0)


@because(r"changes the class attribute or global variable `calls`")
class CountsInOtherClass(Passing):
    def forward(self, x: Tensor) -> Tensor:
        Shared.calls += 1
        return x * (1.0 if Shared.calls < 1000 else 2.0)


@because(r"changes the class attribute or global variable `SHARED.count`")
class CountsInSharedObject(Passing):
    def forward(self, x: Tensor) -> Tensor:
        SHARED.count += 1
        return x * (1.0 if SHARED.count < 1000 else 2.0)


@because(r"changes the class attribute or global variable `SHARED.local.count`")
class CountsInThread(Passing):
    def forward(self, x: Tensor) -> Tensor:
        SHARED.local.count = getattr(SHARED.local, "count", 0) + 1
        return x * (1.0 if SHARED.local.count < 1000 else 2.0)


@because(r"changes the class attribute or global variable `SHARED_ARRAY`")
class CountsInSharedArray(Passing):
    def forward(self, x: Tensor) -> Tensor:
        SHARED_ARRAY[0] += 1
        return x * (1.0 if SHARED_ARRAY[0] < 1000 else 2.0)


@because(r"uses the iterator `SHARED_ITERATOR`, which is not one of its attributes")
class CountsBySharedIterator(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return x * (1.0 if next(SHARED_ITERATOR) < 1000 else 2.0)


@because(r"changes the class attribute or global variable `default of forward\[0\]`")
class CountsInDefault(Passing):
    def forward(self, x: Tensor, calls: list[int] = [0]) -> Tensor:  # noqa: B006 - what is to be found
        calls[0] += 1
        return x * (1.0 if calls[0] < 1000 else 2.0)


@because(r"changes the class attribute or global variable `forward.calls`")
class CountsInFunction(Passing):
    def forward(self, x: Tensor) -> Tensor:
        function = CountsInFunction.forward
        calls = vars(function).get("calls", 0) + 1
        vars(function)["calls"] = calls
        return x * (1.0 if calls < 1000 else 2.0)


def counted(forward: Callable[[Any, Tensor], Tensor]) -> Callable[[Any, Tensor], Tensor]:
    calls = 0

    def wrapper(self: Any, x: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return forward(self, x) * (1.0 if calls < 1000 else 2.0)

    return wrapper


@because(r"changes the class attribute or global variable `calls`")
class CountsInDecorator(Passing):
    @counted
    def forward(self, x: Tensor) -> Tensor:
        return x * 1.0


def counter() -> Callable[[], int]:
    count = 0

    def increase() -> int:
        nonlocal count
        count += 1
        return count

    return increase


@because(r"holds a function in `count` that has variables of its own")
class CountsInClosure(Passing):
    def __init__(self) -> None:
        self.count = counter()

    def forward(self, x: Tensor) -> Tensor:
        return x * (1.0 if self.count() < 100 else 2.0)


def numbers() -> Iterator[float]:
    while True:
        yield 1.0


@because(r"holds a function in `numbers`|cannot be copied, because of its attribute `numbers`")
class KeepsPythonGenerator(Passing):
    def __init__(self) -> None:
        self.numbers = numbers()

    def forward(self, x: Tensor) -> Tensor:
        return x * next(self.numbers)


@because(r"cannot be copied, because of its attribute `lock`")
class KeepsLock(Passing):
    def __init__(self) -> None:
        self.lock = threading.Lock()

    def forward(self, x: Tensor) -> Tensor:
        with self.lock:
            return x * 1.0


@because(r"replaces the memory of a tensor by resize_")
class Resizes(Passing):
    def forward(self, x: Tensor) -> Tensor:
        return torch.empty(0, dtype=x.dtype).resize_(x.shape).copy_(x)


@because(r"fails: RuntimeError: not today")
class Fails(Passing):
    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError("not today")


@because(r"reads the values of a tensor in Python \(`item`\)")
class CatchesEverything(Passing):
    def forward(self, x: Tensor) -> Tensor:
        try:
            return x * x.sum().item()
        except Exception:  # noqa: BLE001 - what is to be found
            return x * 1.0


@because(r"reads a gradient that an earlier step set, or adds to it|uses a tensor that is not part of the run")
class AddsToGradient(Module):
    def build(self, in_shape: Shape) -> Shape:
        self.scale = Parameter(torch.ones(in_shape, dtype=self.dtype))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return x * self.scale.value

    def backward(self, grad_output: Tensor) -> Tensor:
        self.scale.grad = self.scale.grad + (grad_output * self.x).sum(0)
        return grad_output * self.scale.value


class Squared(Loss):
    """The base of losses."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.difference = prediction - target
        return self.difference.square().mean()

    def backward(self) -> Tensor:
        return self.difference * (2 / self.difference.numel())


@because(r"changes its attribute `calls` from 2 to 3")
class CountingLoss(Squared):
    def __init__(self) -> None:
        self.calls = 0

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(prediction, target) * min(1.0, self.calls / 10)


@because(r"reads the values of a tensor in Python \(`item`\)")
class ReadingLoss(Squared):
    def backward(self) -> Tensor:
        return super().backward() * (1.0 if self.difference.abs().max().item() < 10 else 0.1)


@because(r"returns a tensor of shape \(10,\) instead of a tensor without dimensions")
class ManyLosses(Squared):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        return self.difference.square().sum(-1)


class Descent(Optimizer):
    """The base of optimizers."""

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.m: Any = torch.zeros_like(self.block.value)


@because(r"uses a tensor that is not part of the run, such as a global one, or one kept from an earlier step")
class RebindsMomentum(Descent):
    def step(self) -> None:
        self.m = 0.9 * self.m + self.block.grad
        self.block.value.sub_(self.lr * self.m)


@because(r"reads the values of a tensor in Python \(`item`\)")
class ClipsByItem(Descent):
    def step(self) -> None:
        value, grad = self.block
        value.sub_(grad * (self.lr / max(1.0, grad.norm().item())))


@because(r"draws random numbers from Python")
class RandomRate(Descent):
    def step(self) -> None:
        self.block.add_grad(-self.lr * random.uniform(0.5, 1.5))


@because(r"makes a tensor of numbers of Python, which may change")
class TensorOfNumbers(Descent):
    def step(self) -> None:
        self.block.value.sub_(torch.tensor(self.lr) * self.block.grad)


@because(r"calls other operations from step to step|in some steps, but not in others")
class EveryOther(Descent):
    turn = 0

    def step(self) -> None:
        self.turn += 1
        self.block.add_grad(-self.lr)
        if self.turn % 2:
            self.block.value.mul_(0.999)


@because(r"changes the length of its list `kept` from 2 to 3")
class KeepsGradients(Descent):
    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.kept: list[Tensor] = []

    def step(self) -> None:
        self.kept.append(self.block.grad.clone())
        self.block.value.sub_(self.lr * sum(self.kept))


@because(
    r"uses a number that changes from .* in an operation that does not get it from the optimizer's own code|another"
)
class HidesNumber(Descent):
    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.t = 0

    def step(self) -> None:
        self.t += 1
        value, grad = self.block
        value.sub_(grad[: len(grad) - self.t].sum() * self.lr)
