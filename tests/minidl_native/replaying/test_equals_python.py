"""Replayed trainings equal those of the Python engine."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from minidl_core import Run, hookimpl
from tests.support.engine_runs import CONFIG, difference, ready_run, train_in_python, train_natively

ACTIVATIONS = ["relu", "tanh", "sigmoid", "gelu", "silu", "leaky_relu:0.1", "softmax", "batch_norm", "layer_norm"]
LOSSES = ["mse", "mse:reduction=sum", "mae", "huber:delta=0.5", "cross_entropy:label_smoothing=0.1", "bce_with_logits"]
OPTIMIZERS = [
    "sgd:lr=0.05",
    "sgd:lr=0.01:momentum=0.9:nesterov=true:weight_decay=0.01",
    "sgd:lr=0.01:momentum=0.8:dampening=0.3",
    "adam:lr=0.01",
    "adam:lr=0.01:amsgrad=true:weight_decay=0.1",
    "adamw:lr=0.01",
]


def assert_same_training(layers: str, loss: str = "mse", optimizer: str = "sgd", config=CONFIG, tolerance=1e-10) -> Run:
    native = train_natively(ready_run(layers, loss, optimizer, config), threads=config.threads or 1)
    python = train_in_python(ready_run(layers, loss, optimizer, config))
    assert native.step == python.step
    assert difference(native, python) < tolerance
    for ours, theirs in zip(native.result.history, python.result.history, strict=True):
        assert ours.train == pytest.approx(theirs.train, rel=max(tolerance, 1e-9))
        assert ours.test == pytest.approx(theirs.test, rel=max(tolerance, 1e-9))
    torch.testing.assert_close(native.losses, python.losses, rtol=max(tolerance, 1e-9), atol=1e-12)
    return native


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer) -> None:
    assert_same_training("linear:5,tanh,linear:2", "mse", optimizer)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss) -> None:
    assert_same_training("linear:5,relu,linear:2", loss, "sgd:lr=0.05:momentum=0.9")


@pytest.mark.parametrize("layer", ACTIVATIONS)
def test_every_layer(layer) -> None:
    assert_same_training(f"linear:6,{layer},linear:2")


def test_dropout_drops_the_same_elements() -> None:
    run = assert_same_training("linear:8,dropout:0.5,linear:9,dropout:0.2,relu,linear:2")
    python = train_in_python(ready_run("linear:8,dropout:0.5,linear:9,dropout:0.2,relu,linear:2"))
    assert torch.equal(run.model[0].generator.get_state(), python.model[0].generator.get_state())


@pytest.mark.parametrize("batch_size", [1, 4, 43, 100])
def test_any_size_of_the_batch(batch_size) -> None:
    assert_same_training("linear:5,relu,linear:2", config=replace(CONFIG, batch_size=batch_size))


def test_single_precision() -> None:
    assert_same_training("linear:16,relu,linear:2", config=replace(CONFIG, dtype="float32"), tolerance=1e-5)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    layers=st.lists(
        st.sampled_from([*ACTIVATIONS, "linear:7", "linear:17", "linear:4:bias=false", "dropout:0.3"]), max_size=5
    ),
    loss=st.sampled_from(LOSSES),
    optimizer=st.sampled_from(OPTIMIZERS),
    batch_size=st.integers(1, 50),
)
def test_random_networks_after_two_hundred_steps(layers, loss, optimizer, batch_size) -> None:
    text = ",".join(["linear:5", *layers, "linear:2"])
    epochs = math.ceil(200 / math.ceil(43 / batch_size))
    config = replace(CONFIG, batch_size=batch_size, epochs=epochs)
    if "batch_norm" in text and (batch_size == 1 or 43 % batch_size == 1):
        return  # one sample has no variance
    native, python = (ready_run(text, loss, optimizer, config) for _ in range(2))
    train_in_python(python)
    assume(python.failure is None)
    assume(max(epoch.train["loss"] for epoch in python.result.history) < 100)  # else rounding errors explode as well
    train_natively(native)
    assert difference(native, python) < 1e-7  # rounding errors grow over the steps
    assert native.losses[0].item() == pytest.approx(python.losses[0].item(), rel=1e-6)


class Changing:
    """Changes the learning rate, the weights and dropout's p in the middle of training."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        if run.epoch == self.epoch:
            run.optimizer.lr *= 0.5
            run.model[0].weight.value.mul_(0.9)
            run.model[1].p = 0.25


@pytest.mark.parametrize("optimizer", ["sgd:lr=0.1:momentum=0.5", "adam:lr=0.01"])
def test_what_hooks_change_holds_from_the_next_step_on(optimizer) -> None:
    config = replace(CONFIG, epochs=4)
    layers = "linear:8,dropout:0.5,linear:2"
    native = train_natively(ready_run(layers, "mse", optimizer, config), Changing(2))
    python = train_in_python(ready_run(layers, "mse", optimizer, config), Changing(2))
    unchanged = train_in_python(ready_run(layers, "mse", optimizer, config))
    assert difference(native, python) < 1e-10
    assert difference(native, unchanged) > 1e-3


class Rebinding:
    """Replaces a parameter's tensor, and keeps training."""

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        run.model[0].weight.value = run.model[0].weight.value * 0.5
        run.optimizer.momentum_buffer = run.optimizer.momentum_buffer.clone() * 2


def test_tensors_that_hooks_replace_are_found() -> None:
    runs = [ready_run("linear:8,relu,linear:2", "mse", "sgd:lr=0.1:momentum=0.5") for _ in range(2)]
    train_natively(runs[0], Rebinding())
    train_in_python(runs[1], Rebinding())
    assert difference(*runs) < 1e-10


class ReadingGradients:
    """Keeps the gradients of the last step of each epoch."""

    def __init__(self) -> None:
        self.seen: list[list[torch.Tensor]] = []

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        run.keep_gradients = True

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        self.seen.append([parameter.grad.clone() for parameter in run.model.parameters()])


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_gradients_are_kept_where_a_hook_asks_for_them(optimizer) -> None:
    native, python = ReadingGradients(), ReadingGradients()
    train_natively(ready_run("linear:8,relu,linear:2", "mse", optimizer), native)
    train_in_python(ready_run("linear:8,relu,linear:2", "mse", optimizer), python)
    for ours, theirs in zip(native.seen, python.seen, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("layers", ["linear:8,relu,linear:2", "linear:300,relu,linear:2"])
def test_a_loss_that_is_not_finite_ends_the_run_at_the_same_step(layers) -> None:
    config = replace(CONFIG, epochs=60)
    native, python = (ready_run(layers, "mse", "sgd:lr=3.0:momentum=0.99", config) for _ in range(2))
    train_natively(native)
    train_in_python(python)
    assert native.failure is not None
    assert str(native.failure) == str(python.failure)
    assert native.step == python.step


def test_a_run_that_diverges_leaves_the_numbers_and_the_generator_of_python() -> None:
    """Numbers of steps that were prepared but not taken are taken back."""
    config = replace(CONFIG, data="disk:train=403:test=17", epochs=60)
    layers, optimizer = "linear:8,dropout:0.5,relu,linear:2", "sgd:lr=3.0:momentum=0.99"
    native, python = (ready_run(layers, "mse", optimizer, config) for _ in range(2))
    train_natively(native)
    train_in_python(python)
    assert python.failure is not None
    assert python.step_in_epoch < python.steps_per_epoch - 1
    assert native.optimizer.steps == python.optimizer.steps
    sources = [run.model[1].generator.get_state() for run in (native, python)]
    assert torch.equal(*sources)


class Saving:
    """Takes the state after an epoch."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.state: dict[str, object] = {}

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        if run.epoch == self.epoch:
            self.state = run.state()


@pytest.mark.parametrize("optimizer", ["sgd:lr=0.1:momentum=0.5", "adam:lr=0.01"])
def test_a_training_that_is_resumed_has_the_same_bits(optimizer) -> None:
    layers, config = "linear:8,batch_norm,dropout:0.5,relu,linear:2", replace(CONFIG, epochs=5)
    saving = Saving(2)
    whole = train_natively(ready_run(layers, "mse", optimizer, config), saving)
    resumed = ready_run(layers, "mse", optimizer, config)
    resumed.load_state(saving.state)
    train_natively(resumed)
    assert difference(whole, resumed) == 0
    assert whole.result.history == resumed.result.history


@pytest.mark.slow
def test_large_products_on_two_threads() -> None:
    config = replace(CONFIG, data="disk:train=600:test=20", batch_size=600, threads=2, epochs=2)
    assert_same_training("linear:600,relu,linear:600,linear:2", config=config)
