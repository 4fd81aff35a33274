"""Repeats come out as single runs, also of parts that are wrong or that declare more than they keep to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

import minidl_core as minidl
from minidl_core import (
    DataError,
    DivergenceError,
    Module,
    Optimizer,
    Parameter,
    PluginError,
    RunConfig,
    Shape,
    default_registry,
    feature_count,
    register,
)
from tests.support.grouping_engine import Grouping

SMALL = RunConfig(data="disk:train=30:test=10", epochs=3, layers="linear:4,tanh,linear:2", repeats=3)


class NormStep(Optimizer):
    """A step of length lr along the whole gradient, which declares that it treats each element by itself."""

    elementwise = True

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def step(self) -> None:
        value, grad = self.block
        value.sub_(self.lr * grad / (grad.norm() + 1e-8))


class Scratch(Module):
    """A linear layer that uses the memory of its gradient's factor again within the backward pass."""

    def build(self, in_shape: Shape) -> Shape:
        n = feature_count(in_shape)
        self.weight = Parameter(torch.randn(4, n, dtype=self.dtype, generator=self.generator) / 2)
        return (4,)

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return x @ self.weight.value.mT

    def backward(self, grad_output: Tensor) -> Tensor:
        scratch = grad_output.clone()
        self.weight.grad = scratch.mT @ self.x
        result = scratch @ self.weight.value
        scratch.zero_()
        return result


class TooFew(Module):
    """Returns the gradient of the first feature only."""

    def forward(self, x: Tensor) -> Tensor:
        return x

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output[..., :1]


@pytest.fixture(autouse=True)
def _known() -> Iterator[None]:
    for part in (NormStep, Scratch, TooFew):
        register(part)
    default_registry().register("engine", "grouping", Grouping)
    yield
    for module in (__name__, Grouping.__module__):
        default_registry().unregister_module(module)


@pytest.mark.parametrize("engine", ["python", "grouping", "auto"])
@pytest.mark.parametrize("changes", [{"optimizer": "norm_step:lr=0.1"}, {"layers": "scratch,tanh,linear:2"}])
def test_each_repeat_has_the_bits_of_a_single_run(engine: str, changes: dict[str, str]) -> None:
    config = SMALL.updated(changes | {"engine": engine})
    repeats = minidl.run(config).repeats
    for number, repeat in enumerate(repeats):
        (single,) = minidl.run(config.updated({"repeats": 1, "seed": number})).repeats
        assert repeat.history == single.history
        assert all(
            torch.equal(*pair)
            for pair in zip(repeat.model.state().values(), single.model.state().values(), strict=True)
        )


@pytest.mark.parametrize("engine", ["python", "grouping", "auto"])
def test_a_layer_that_returns_a_wrong_gradient_is_named_in_repeats_too(engine: str) -> None:
    with pytest.raises(PluginError, match=r"^too_few at position 2: backward should return .* \(10, 4\), as its input"):
        minidl.run(SMALL.updated({"layers": "linear:4,too_few,linear:2", "engine": engine}))


@pytest.mark.parametrize("engine", ["python", "grouping", "auto"])
def test_repeats_on_huge_numbers_come_out_or_are_reported(engine: str, tmp_path: Path) -> None:
    rows = (
        f"{0.5 + 1.5 * number},{-3e26 + 1e25 * number},{(-1) ** number * 1e25 * (number % 5)}" for number in range(40)
    )
    (tmp_path / "huge.csv").write_text("\n".join(["y,a,b", *rows]))
    for standardize in ("true", "false"):
        data = f"table:{tmp_path}/huge.csv:target=y:standardize={standardize}"
        config = SMALL.updated({"data": data, "layers": None, "loss": "mae", "engine": engine})
        ends = []
        for changes in ({}, {"repeats": 1}):
            try:
                ends.append(minidl.run(config.updated(changes)).repeats[0].history)
            except (DivergenceError, DataError) as error:
                ends.append(str(error).replace(" of repeat 1", ""))
        assert ends[0] == ends[1]


@pytest.mark.parametrize("engine", ["python", "grouping"])
def test_a_repeat_whose_data_cannot_be_loaded_leaves_those_before_it_trained(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = default_registry().load("dataset", "disk")
    load = disk.load

    def failing(self: object, seed: int) -> object:
        if seed == 2:
            raise DataError("no more points")
        return load(self, seed)

    monkeypatch.setattr(disk, "load", failing)
    with pytest.raises(DataError, match="no more points") as caught:
        minidl.run(SMALL.updated({"engine": engine}))
    assert [len(repeat.history) for repeat in caught.value.result.repeats] == [3, 3]
