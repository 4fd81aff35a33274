"""Values that layers, losses and metrics return are checked on the first batch of a training."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import minidl_core as minidl
from minidl_core import (
    Data,
    Dataset,
    Loss,
    Metric,
    Module,
    Parameter,
    PluginError,
    Run,
    RunConfig,
    Samples,
    Sequential,
    Shape,
    ShapeError,
    generator,
    hookimpl,
)
from minidl_core.registry import Registry, default_registry
from minidl_core.training.first_batch_checks import FirstBatchChecks

FORWARD: dict[str, tuple[Callable[[Tensor], Any], str]] = {
    "nothing": (lambda _: None, "None"),
    "a list": (lambda y: [y], "an object of the type list"),
    "a pair": (lambda y: (y, y), "an object of the type tuple"),
    "an array": (lambda y: y.numpy(), "an object of the type ndarray"),
    "one feature": (lambda y: y[..., :1], "a tensor of shape {front}1)"),
    "a mean": (lambda y: y.mean(-1), "a tensor of shape"),
    "twice the features": (lambda y: torch.cat([y, y], -1), "a tensor of shape {front}8)"),
    "fewer samples": (lambda y: y[..., :1, :], "a tensor of shape"),
    "a sum over samples": (lambda y: y.sum(-2), "a tensor of shape"),
    "double precision": (lambda y: y.double(), "one of torch.float64"),
    "whole numbers": (lambda y: y.long(), "one of torch.int64"),
}
"""Wrong values that a layer may return, and their descriptions in messages."""


class Wrong(Module):
    """A layer that returns something wrong.

    Args:
        where: forward or backward.
        what: a key of `FORWARD`.
        when: training, evaluation, or the smaller batch of the end.
    """

    def __init__(self, where: str = "", what: str = "", when: str = "training") -> None:
        self.where, self.what, self.when = where, what, when

    def _given(self, where: str, y: Tensor) -> Any:
        small = self.training and y.shape[-2] < 10
        is_now = small if self.when == "small" else (self.when == "training") == self.training
        return FORWARD[self.what][0](y) if where == self.where and is_now else y

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self._given("forward", x)
        return y

    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input: Tensor = self._given("backward", grad_output)
        return grad_input


GIVEN: dict[str, Callable[[Tensor], Any]] = {
    "right": lambda grad: grad,
    "nothing": lambda _: None,
    "number": lambda _: 0.5,
    "one": lambda grad: grad[..., :1],
    "double": lambda grad: grad.double(),
    "whole": lambda grad: grad.long(),
}
"""Gradients that a layer may set, from the right one."""


class Scaling(Module):
    """y = w ⊙ x, whose gradient of w is given in some way."""

    def __init__(self, way: str = "right") -> None:
        self.way = way

    def build(self, in_shape: Shape) -> Shape:
        self.w = Parameter(torch.ones(in_shape[-1], dtype=self.dtype))
        if self.way == "kept":
            self.kept = self.w.grad
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return x * self.w.value.unsqueeze(-2)

    def backward(self, grad_output: Tensor) -> Tensor:
        grad = (grad_output * self.x).sum(-2)
        if self.way in GIVEN:
            self.w.grad = GIVEN[self.way](grad)
        elif self.way == "kept":
            self.kept.copy_(grad)
        elif self.way == "written":
            self.w.grad.copy_(grad)
        elif self.way == "partly":
            self.w.grad[..., :2] = grad[..., :2]
        elif self.way == "added":
            self.w.grad += grad
        elif self.way == "shared":
            grad_input = grad_output * self.w.value
            grad_input[0] = grad
            self.w.grad = grad_input[0]
            return grad_input
        return grad_output * self.w.value.unsqueeze(-2)


class Halving(Module):
    """y = x / 2, whose backward pass changes its argument."""

    def forward(self, x: Tensor) -> Tensor:
        return x / 2

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output.div_(2)


class Around(Module):
    """A layer around a chain."""

    def __init__(self, body: Sequential) -> None:
        self.body = body

    def build(self, in_shape: Shape) -> Shape:
        return self.body.build(in_shape)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body.forward(x)

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output + self.body.backward(grad_output)


class WrongLoss(Loss):
    """Half the mean square, or something else."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.difference = prediction - target
        value = self.difference.square().mean((-2, -1)) / 2
        return {"nothing": None, "number": 0.5}.get(self.what, value) if self.where == "forward" else value  # type: ignore[return-value]

    def backward(self) -> Tensor:
        grad: Tensor = self.difference / self.difference[0].numel()
        return FORWARD[self.what][0](grad) if self.where == "backward" else grad


class WrongMetric(Metric):
    """No number."""

    def __init__(self, what: str) -> None:
        self.what = what

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return {"nothing": None, "numbers": prediction.mean(0), "list": [1.0]}[self.what]  # type: ignore[return-value]


class Points(Dataset):
    """105 points of four features, and a line through them."""

    def load(self, seed: int) -> Data:
        return points(seed)


def points(seed: int = 0) -> Data:
    """Return them as data."""
    inputs = torch.rand(105, 4, generator=generator(seed))
    samples = Samples(inputs, inputs.sum(1, keepdim=True))
    return Data(samples, samples, "regression")


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Register the parts, and forget them afterwards."""
    monkeypatch.setattr(default_registry(), "_entries", default_registry().entries())
    for kind, name, part in (
        ("layer", "wrong", Wrong),
        ("layer", "scaling", Scaling),
        ("layer", "around", Around),
        ("layer", "halving", Halving),
        ("loss", "wrong", WrongLoss),
        ("metric", "wrong", WrongMetric),
        ("dataset", "points", Points),
    ):
        default_registry().register(kind, name, part)
    return default_registry()


def run(layers: str, repeats: int = 1, **changes: Any) -> minidl.RunResult:
    """Train on the points for two epochs."""
    return minidl.run(RunConfig(**{"layers": layers, "data": "points", "epochs": 2, "repeats": repeats} | changes))


@pytest.mark.parametrize("repeats", [1, 2])
@pytest.mark.parametrize("what", FORWARD)
@pytest.mark.parametrize("where", ["forward", "backward"])
@pytest.mark.parametrize(
    ("layers", "place"),
    [
        ("linear:4,wrong:{},linear:1", "wrong at position 2: "),
        ("linear:4,around(relu,wrong:{}),linear:1", "wrong at position 2 in around at position 2: "),
        ("linear:4,around(around(wrong:{})),linear:1", "wrong at position 1 in around at position 1 in around at pos"),
    ],
)
def test_the_layer_that_returns_something_wrong_is_named(
    layers: str, place: str, where: str, what: str, repeats: int
) -> None:
    with pytest.raises(PluginError) as caught:
        run(layers.format(f"{where}:{what}"), repeats)
    message = str(caught.value)
    front = "(10, " if "(10, 4)" in message else "(2, 10, "
    assert message.startswith(place)
    assert f": {where} should return a tensor of " in message
    assert f"but returned {FORWARD[what][1].format(front=front)}" in message


@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("what", ["nothing", "one feature", "twice the features"])
def test_a_gradient_that_no_layer_needs_is_checked_too(what: str, repeats: int) -> None:
    layers = f"tanh,wrong:backward:'{what}',linear:1"
    with pytest.raises(PluginError, match="wrong at position 2: backward should return"):
        minidl.run(RunConfig(layers=layers, data="points", epochs=1, repeats=repeats))


@pytest.mark.parametrize("repeats", [1, 2])
@pytest.mark.parametrize(
    ("when", "where", "shape"),
    [
        ("evaluation", "forward", "105, 4"),
        ("small", "forward", "5, 4"),
        ("small", "backward", "5, 4"),
    ],
)
def test_what_is_wrong_only_in_evaluation_or_in_the_smaller_batch_is_found(
    when: str, where: str, shape: str, repeats: int
) -> None:
    with pytest.raises(PluginError, match=rf"wrong at position 2: {where} should return .* shape \({shape}\)"):
        run(f"linear:4,wrong:{where}:one feature:{when},linear:1", repeats)


@pytest.mark.parametrize("repeats", [1, 2])
@pytest.mark.parametrize(
    ("way", "message"),
    [
        ("none", "backward should replace the gradient of the parameter w, but did not"),
        ("added", "backward should replace the gradient of the parameter w, but did not"),
        ("nothing", "backward should replace the gradient of the parameter w, but did not"),
        ("number", "backward should replace the gradient of the parameter w, but did not"),
        ("whole", "a gradient of torch.float32 for the parameter w, like its value, but set one of torch.int64"),
        ("one", r"a gradient of \((2, )?4(,)?\) for the parameter w, like its value, but set one of \((2, )?1(,)?\)"),
        ("double", "a gradient of torch.float32 for the parameter w, like its value, but set one of torch.float64"),
        ("kept", "backward should replace the gradient of the parameter w, but did not"),
    ],
)
@pytest.mark.parametrize(
    ("layers", "place"),
    [
        ("linear:4,scaling:{},linear:1", "scaling at position 2"),
        ("scaling:{},linear:1", "scaling at position 1"),
        ("linear:4,around(relu,scaling:{}),linear:1", "scaling at position 2 in around at position 2"),
    ],
)
def test_a_gradient_of_a_parameter_that_is_wrong_or_never_set_is_found(
    layers: str, place: str, way: str, message: str, repeats: int
) -> None:
    with pytest.raises(PluginError, match=f"^{place}: .*{message}"):
        run(layers.format(way), repeats)


@pytest.mark.parametrize("way", ["one", "double", "added", "kept"])
def test_a_network_whose_layer_is_corrected_can_be_trained_at_once(way: str) -> None:
    model = minidl.sequential(f"linear:4,scaling:{way},linear:1")
    with pytest.raises(PluginError):
        minidl.fit(model, points(), epochs=1)
    model[1].way = "right"  # type: ignore[attr-defined]
    assert (
        minidl.fit(model, points(), epochs=1).history == run("linear:4,scaling,linear:1", epochs=1).repeats[0].history
    )


def test_layers_may_write_to_a_gradient_in_place() -> None:
    model = minidl.fit(minidl.sequential("linear:4,scaling:written,linear:1"), points(), epochs=3).model
    right = minidl.fit(minidl.sequential("linear:4,scaling,linear:1"), points(), epochs=3).model
    scaling, other = (one.named_parameters()["1.w"].value for one in (model, right))
    torch.testing.assert_close(scaling, other)


def test_elements_of_a_gradient_that_are_not_written_are_0() -> None:
    model = minidl.fit(minidl.sequential("linear:4,scaling:partly,linear:1"), points(), epochs=3).model
    scaling = model.named_parameters()["1.w"].value
    assert torch.equal(scaling[2:], torch.ones(2))
    assert not torch.equal(scaling[:2], torch.ones(2))


@pytest.mark.parametrize("repeats", [1, 2])
def test_a_gradient_that_another_layer_changes_is_found(repeats: int) -> None:
    with pytest.raises(PluginError, match=r"^scaling at position 3: the gradient of the parameter w was changed after"):
        run("linear:4,halving,scaling:shared,linear:1", repeats)


@pytest.mark.parametrize("repeats", [1, 2])
@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "forward:nothing",
            r"forward should return a tensor of shape \(\), one number for the batch, but returned None",
        ),
        (
            "forward:number",
            r"forward should return a tensor of shape \(\), .* but returned an object of the type float",
        ),
        ("backward:nothing", r"backward should return a tensor of shape \(10, 1\), as the prediction is, but .* None"),
        ("backward:a sum over samples", r"backward should return a tensor of shape \(10, 1\), .* of shape \(1,\)"),
        ("backward:fewer samples", r"backward should return a tensor of shape \(10, 1\), .* of shape \(1, 1\)"),
        ("backward:double precision", r"backward should return a tensor of torch.float32, .* of torch.float64"),
    ],
)
def test_a_loss_that_returns_something_wrong_is_named(spec: str, message: str, repeats: int) -> None:
    with pytest.raises(PluginError, match=f"^the loss wrong_loss: {message}"):
        run("linear:1", repeats, loss=f"wrong:{spec}")


@pytest.mark.parametrize("repeats", [1, 2])
@pytest.mark.parametrize(
    ("what", "came"),
    [("nothing", "None"), ("numbers", r"a tensor of shape \(1,\)|"), ("list", "an object of the type list")],
)
def test_a_metric_that_is_no_number_is_named(what: str, came: str, repeats: int) -> None:
    if what == "numbers":
        run("linear:1", repeats, metrics="wrong:numbers")  # one output has one mean
        layers, data = "linear:2", "disk"
    else:
        layers, data = "linear:1", "points"
    with pytest.raises(PluginError, match=f"^the metric wrong_metric: compute should return one number, but .*{came}"):
        run(layers, repeats, data=data, metrics=f"wrong:{what}")


@pytest.mark.parametrize("announced", [(4.0,), [4], None, 4, (-4,), (0,), (True,), ("4",)])
def test_a_shape_that_is_none_is_refused_when_the_network_is_built(announced: Any) -> None:
    layer = type("Announcing", (Module,), {"build": lambda *_: announced})()
    with pytest.raises(PluginError, match="announcing at position 1: build should return"):
        minidl.fit(Sequential([layer]), points())


def test_a_layer_whose_output_has_another_shape_than_build_returned_is_named() -> None:
    class Announcing(Wrong):
        def build(self, in_shape: Shape) -> Shape:
            return (3,)

    layers = [minidl.sequential("linear:4")[0], Announcing(), minidl.sequential("linear:1")[0]]
    with pytest.raises(PluginError, match=r"announcing at position 2: .* \(10, 3\), as build returned \(3,\) for a s"):
        minidl.fit(Sequential(layers), points())


def test_a_dataset_that_loads_something_else_is_named() -> None:
    dataset = type("Odd", (Dataset,), {"load": lambda *_: [1, 2]})()
    with pytest.raises(
        PluginError, match="the dataset odd: load should return Data, but returned an object of the type list"
    ):
        minidl.fit("linear:1", dataset)


def test_several_losses_for_a_batch_are_an_error_that_explains_them() -> None:
    loss = type("Many", (Loss,), {"forward": lambda _, p, t: (p - t).square().sum(-1)})()
    with pytest.raises(
        ShapeError, match=r"one number as the loss of a batch, but many returned a tensor of shape \(10,\)"
    ):
        minidl.fit("linear:1", points(), loss)


def test_no_step_but_the_first_and_last_of_the_first_epoch_and_the_first_evaluation_are_checked() -> None:
    checked: list[str] = []

    class Looking(Wrong):
        def forward(self, x: Tensor) -> Tensor:
            if "checked_forward" in repr(vars(self).get("forward")):
                checked.append(f"{len(x)} in {'training' if self.training else 'evaluation'}")
            return x

    class Ended:
        @hookimpl
        def minidl_epoch_ended(self, run: Run) -> None:
            assert not {"forward", "backward"} & vars(run.model[1]).keys()
            checked.append("end")

    layers = [minidl.sequential("linear:1")[0], Looking()]
    minidl.fit(Sequential(layers), points(), epochs=2, hooks=[Ended()])
    assert checked == ["10 in training", "5 in training", "105 in evaluation", "105 in evaluation", "end", "end"]


def test_the_command_says_which_layer_it_was_and_fails(minidl: Any, tmp_path: Path) -> None:
    (tmp_path / "few.py").write_text(
        "from minidl_core import Module\nclass TooFew(Module):\n    def forward(self, x): return x\n"
        "    def backward(self, grad): return grad[..., :1]\n"
    )
    for repeats in ("1", "2"):
        done = minidl("run", "--plugin", "few.py", "--layers", "linear:4,too_few,linear:2", "--repeats", repeats)
        assert done.returncode == 1
        assert "Error: too_few at position 2: backward should return a tensor of shape " in done.stderr
        assert "Traceback" not in done.stderr


def test_the_checks_keep_no_gradient_in_memory() -> None:
    model, loss = minidl.sequential("linear:1"), WrongLoss("", "")
    model.build(4)
    with FirstBatchChecks(model, loss) as checks:
        loss.forward(model.forward(torch.ones(10, 4)), torch.zeros(10, 1))
        checks.wrap_backward(model.backward)(loss.difference)
    parameter = model.parameters()[0]
    kept = weakref.ref(parameter.grad)
    parameter.grad = torch.zeros(1, 4)
    assert kept() is None
