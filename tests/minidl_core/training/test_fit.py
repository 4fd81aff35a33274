"""`fit` trains a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import minidl_core as minidl
from minidl_core import (
    Data,
    Epoch,
    FitResult,
    HookError,
    Run,
    RunConfig,
    RunResult,
    Samples,
    Scale,
    TrainingInterrupted,
    generator,
    hookimpl,
)
from minidl_core.threads import using_threads


def line(samples: int = 40) -> Data:
    """Return samples of the line y = 3x + 1, in units ten times as large."""
    inputs = torch.rand(samples, 1, dtype=torch.float64, generator=generator(0))
    targets = (3 * inputs + 1 - 2.5) / 0.5
    scale = Scale(torch.tensor([25.0]).double(), torch.tensor([5.0]).double())
    samples_ = Samples(inputs, targets)
    return Data(samples_, samples_, "regression", target_scale=scale)


def test_it_learns_a_line_and_scores_are_in_the_users_units() -> None:
    result = minidl.fit("linear:1", line(), epochs=100, batch_size=8, optimizer="sgd:lr=0.1", dtype="float64")
    scores = result.final["test"]
    assert scores["r2"] == pytest.approx(1, abs=1e-3)
    assert scores["rmse"] == pytest.approx(5 * scores["loss"] ** 0.5, rel=1e-6)
    assert set(scores) == {"loss", "r2", "mae", "rmse"}


def test_history_holds_an_epoch_each_and_final_is_the_last() -> None:
    result = minidl.fit("linear:1", line(), epochs=3)
    assert [epoch.epoch for epoch in result.history] == [1, 2, 3]
    assert result.final == {"train": result.history[-1].train, "test": result.history[-1].test}


def test_scores_are_those_of_the_network_after_the_epoch() -> None:
    data = line()
    result = minidl.fit("linear:1", data, epochs=2, dtype="float64")
    prediction = minidl.predict(result.model, data.test.inputs)
    assert result.final["test"]["loss"] == pytest.approx(float((prediction - data.test.targets).square().mean()))


def test_time_is_measured_by_phase() -> None:
    seconds = minidl.fit("linear:1", line(), epochs=2).seconds
    phases = [seconds.initialization, seconds.forward, seconds.backward, seconds.update]
    assert all(phase > 0 for phase in phases)
    assert seconds.total > sum(phases)


def test_a_built_network_continues_from_its_parameters() -> None:
    first = minidl.fit("linear:1", line(), epochs=5)
    second = minidl.fit(first.model, line(), epochs=1)
    assert second.model is first.model
    assert second.final["train"]["loss"] < first.final["train"]["loss"]


def test_the_same_seed_gives_the_same_to_the_last_bit_and_another_seed_other() -> None:
    first, again, other = (minidl.fit("linear:9,tanh,linear:2", "disk", epochs=2, seed=s) for s in (1, 1, 2))
    assert first.history == again.history
    assert first.history != other.history
    state = again.model.state()
    assert all(torch.equal(tensor, state[name]) for name, tensor in first.model.state().items())


def test_kept_memory_and_skipped_gradients_change_no_number() -> None:
    data, epochs = line(), 3
    fast = minidl.fit("linear:6,relu,linear:4,tanh,linear:1", data, epochs=epochs, batch_size=7, dtype="float64").model
    plain = minidl.sequential("linear:6,relu,linear:4,tanh,linear:1").prepare(generator(0), torch.float64)
    plain.build((1,))
    loss = minidl.default_registry().load("loss", "mse")()
    batches = minidl.Batches(data.train, 7, generator(minidl.derive(0, "shuffle")))
    for _ in range(epochs):
        for inputs, targets in batches:
            loss.forward(plain.forward(inputs), targets)
            plain.backward(loss.backward())
            for value, grad in plain.parameters():
                value.sub_(0.01 * grad)
    for name, tensor in fast.state().items():
        torch.testing.assert_close(tensor, plain.state()[name], rtol=1e-10, atol=1e-12)


def test_after_training_outputs_are_fresh_tensors() -> None:
    model = minidl.fit("linear:3,relu,linear:1", line(), epochs=1).model
    x = torch.ones(10, 1)
    first = model.forward(x)
    kept = first.clone()
    model.forward(2 * x)
    assert torch.equal(first, kept)
    model.backward(torch.ones_like(first))


class Recorder:
    """Writes down which hooks are called, and with what."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        self.calls.append(("started", run.epoch, run.steps))

    @hookimpl
    def minidl_epoch_ended(self, run: Run, epoch: Epoch) -> None:
        self.calls.append(("epoch", epoch.epoch, run.step))

    @hookimpl
    def minidl_run_ended(self, run: Run) -> None:
        self.calls.append(("ended", len(run.result.history)))


def test_hooks_are_called_in_their_order() -> None:
    recorder = Recorder()
    minidl.fit("linear:1", line(), epochs=2, hooks=[recorder])
    assert recorder.calls == [("started", 0, 8), ("epoch", 1, 4), ("epoch", 2, 8), ("ended", 2)]


def test_progress_is_reported_a_few_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minidl_core.training.run_hooks.NOTIFY_EVERY", 0.0)
    monkeypatch.setattr("minidl_core.training.step_blocks.BLOCK_SECONDS", 0.0)
    seen = []

    class Watcher:
        @hookimpl
        def minidl_progressed(self, run: Run) -> None:
            seen.append((run.step, run.live))

    minidl.fit("linear:1", line(), epochs=1, hooks=[Watcher()])
    assert [step for step, _ in seen] == [1, 2, 3, 4]
    assert [set(live) for _, live in seen] == [{"loss"}] * 4


@pytest.mark.parametrize("lr", ["1e3", "1e29"])
def test_a_loss_that_diverges_stops_at_its_step_and_says_what_to_try(lr: str) -> None:
    recorder = Recorder()
    with pytest.raises(minidl.DivergenceError, match=r"at step \d+ \(epoch \d of 99\).*learning rate") as caught:
        minidl.fit("linear:9,relu,linear:2", "disk", optimizer=f"sgd:lr={lr}", epochs=99, hooks=[recorder])
    assert caught.value.exit_status == 1
    assert recorder.calls[-1][0] == "ended"


def test_a_last_step_that_diverges_is_noticed() -> None:
    with pytest.raises(minidl.DivergenceError, match=r"at step 1 \(epoch 1 of 1\)"):
        minidl.fit("linear:1", line(), optimizer="sgd:lr=1e30", epochs=1, batch_size=40, dtype="float32")


class Interrupting:
    """Presses Ctrl-C at the end of an epoch."""

    def __init__(self, at: int) -> None:
        self.at = at

    @hookimpl
    def minidl_epoch_ended(self, epoch: Epoch) -> None:
        if epoch.epoch == self.at:
            raise KeyboardInterrupt


def test_an_interruption_gives_what_was_reached() -> None:
    with pytest.raises(minidl.TrainingInterrupted) as caught:
        minidl.fit("linear:1", line(), epochs=9, hooks=[Interrupting(2)])
    assert isinstance(caught.value, KeyboardInterrupt)
    assert isinstance(caught.value.result, FitResult)
    assert len(caught.value.result.history) == 2


def test_an_output_that_does_not_fit_the_targets_is_an_error_that_says_what_does() -> None:
    with pytest.raises(minidl.ShapeError, match=r"end the layers with linear:2"):
        minidl.fit("linear:5,relu", "disk")


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        ((3, 2), (4, 1), "3 rows of inputs but 4"),
        ((0, 2), (0, 1), "no rows"),
        ((3, 2), (3,), r"write targets\[:, None\]"),
    ],
)
def test_inconsistent_data_are_refused(inputs: Any, targets: Any, message: str) -> None:
    samples = Samples(torch.zeros(inputs), torch.zeros(targets))
    with pytest.raises(minidl.DataError, match=message):
        Data(samples, samples, "regression")


def test_one_layer_in_two_places_is_refused() -> None:
    relu = minidl.default_registry().load("layer", "relu")()
    linear = minidl.default_registry().load("layer", "linear")
    with pytest.raises(minidl.SettingError, match="distinct objects"):
        minidl.Sequential([linear(3), relu, linear(3), relu]).build(2)


def test_metrics_keep_the_digits_of_large_targets() -> None:
    inputs = torch.rand(50, 1, dtype=torch.float64, generator=generator(0))
    scale = Scale(torch.tensor([1.7e9]).double(), torch.tensor([100.0]).double())
    samples = Samples(inputs, 2 * inputs - 1)
    scores = minidl.fit("linear:1", Data(samples, samples, "regression", target_scale=scale), epochs=3).final["test"]
    assert scores["rmse"] == pytest.approx(100 * scores["loss"] ** 0.5, rel=1e-4)


def test_a_hook_may_predict_in_the_middle_of_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minidl_core.training.run_hooks.NOTIFY_EVERY", 0.0)
    monkeypatch.setattr("minidl_core.training.step_blocks.BLOCK_SECONDS", 0.0)
    monkeypatch.setattr("minidl_core.training.evaluation.CHUNK", 7)
    right = []

    class Predicting:
        @hookimpl
        def minidl_progressed(self, run: Run) -> None:
            inputs = run.data.test.inputs
            whole = minidl.predict(run.model, inputs)
            right.append(torch.equal(whole[:7], minidl.predict(run.model, inputs[:7])) and len(whole) == 40)

    minidl.fit("linear:1", line(), epochs=1, hooks=[Predicting()], batch_size=7)
    assert right
    assert all(right)


def test_a_network_built_for_other_data_is_refused() -> None:
    model = minidl.sequential("linear:1").prepare(generator(0), torch.float32)
    model.build(4)
    with pytest.raises(minidl.ShapeError, match="the network expects 4 features, but the data has 1 feature"):
        minidl.fit(model, line())
    model.build(1)
    with pytest.raises(minidl.InputError, match="dtype=float32"):
        minidl.fit(model, line(), dtype="float64")


def test_a_hook_that_fails_at_the_end_does_not_hide_the_divergence() -> None:
    class Failing:
        @hookimpl
        def minidl_run_ended(self) -> None:
            raise ValueError("boom")

    with pytest.raises(minidl.DivergenceError) as caught:
        minidl.fit("linear:2", "disk", optimizer="sgd:lr=1e20", hooks=[Failing()])
    assert "boom" in caught.value.__notes__[0]


@pytest.mark.parametrize("metrics", ["r2,R2", "mae,loss"])
def test_metrics_of_one_name_are_refused(metrics: str) -> None:
    with pytest.raises(minidl.SpecError, match=r"given twice|always reported"):
        minidl.fit("linear:1", line(), metrics=metrics)


@pytest.mark.parametrize("network", [None, ["linear:1"], 5])
def test_a_network_of_another_type_is_an_error_that_shows_how_one_is_written(network: Any) -> None:
    with pytest.raises(minidl.InputError, match=r"text such as 'linear:25,relu,linear:2' or a minidl\.Sequential"):
        minidl.fit(network, line())


@pytest.mark.parametrize("data", [None, torch.zeros(3, 2), (torch.zeros(3, 2), torch.zeros(3, 1))])
def test_bare_tensors_are_an_error_that_shows_how_data_are_written(data: Any) -> None:
    with pytest.raises(minidl.InputError, match=r"write minidl\.Data\(train="):
        minidl.fit("linear:1", data)


def test_predictions_are_the_same_for_an_array_as_for_a_tensor() -> None:
    model = minidl.fit("linear:1", line(), epochs=1).model
    inputs = torch.rand(3, *(model.in_shape or ()), dtype=torch.float64)
    assert torch.equal(minidl.predict(model, inputs.numpy()), minidl.predict(model, inputs))


def test_class_indices_are_no_targets() -> None:
    samples = Samples(torch.zeros(4, 2), torch.zeros(4, 1))
    with pytest.raises(minidl.DataError, match="one-hot"):
        Data(samples, samples, "classification")
    with pytest.raises(minidl.DataError, match="classification or regression"):
        Data(samples, samples, "regress")  # type: ignore[arg-type]


def test_scores_that_are_undefined_do_not_lose_the_run() -> None:
    from minidl_core.training.result import mean_and_std

    spread = mean_and_std([1.0, float("nan")])
    assert str(spread) == "{'mean': nan, 'std': nan}"


class Broken:
    """Fails at the given hook."""

    def __init__(self, hook: str) -> None:
        self.hook = hook

    @hookimpl
    def minidl_run_started(self) -> None:
        self._fail("minidl_run_started")

    @hookimpl
    def minidl_epoch_ended(self, epoch: Epoch) -> None:
        if epoch.epoch == 2:
            self._fail("minidl_epoch_ended")

    @hookimpl
    def minidl_run_ended(self) -> None:
        self._fail("minidl_run_ended")

    def _fail(self, hook: str) -> None:
        if hook == self.hook:
            raise RuntimeError("no paper")


@pytest.mark.parametrize(
    ("hook", "epochs"), [("minidl_run_started", 0), ("minidl_epoch_ended", 2), ("minidl_run_ended", 3)]
)
def test_a_given_hook_that_fails_ends_the_training_and_loses_nothing_of_it(hook: str, epochs: int) -> None:
    with pytest.raises(HookError, match=rf"'Broken' failed in {hook}: RuntimeError: no paper") as caught:
        minidl.fit("linear:1", line(), epochs=3, hooks=[Broken(hook)])
    assert isinstance(caught.value.result, FitResult)
    assert len(caught.value.result.history) == epochs
    assert caught.value.result.seconds.total > 0


def test_a_run_whose_hook_fails_keeps_its_repeats_and_saves_its_network(tmp_path: Path) -> None:
    config = RunConfig(layers="linear:2", epochs=3, save=tmp_path / "model.safetensors")
    with pytest.raises(HookError) as caught:
        minidl.run(config, hooks=[Broken("minidl_epoch_ended")])
    assert isinstance(caught.value.result, RunResult)
    assert [len(repeat.history) for repeat in caught.value.result.repeats] == [2]
    assert len(minidl.load(tmp_path / "model.safetensors")) == 1


def test_ctrl_c_in_the_last_hook_loses_nothing() -> None:
    class Pressed:
        @hookimpl
        def minidl_run_ended(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted) as caught:
        minidl.fit("linear:1", line(), epochs=2, hooks=[Pressed()])
    assert len(caught.value.result.history) == 2


def test_a_part_of_a_network_trained_by_itself_goes_on_learning_in_the_whole() -> None:
    source = minidl.generator(0)
    samples = torch.rand(40, 3, generator=source), torch.rand(40, 2, generator=source)
    data = minidl.Data(samples, samples, "regression")
    body, head = (minidl.sequential(layers) for layers in ("linear:4,tanh", "linear:2"))
    whole = minidl.Sequential([body, head])
    minidl.fit(whole, data, epochs=1)
    features = minidl.predict(body, data.train.inputs)
    minidl.fit(head, minidl.Data(*([(features, data.train.targets)] * 2), "regression"), epochs=1)
    before = [parameter.value.clone() for parameter in whole.parameters()]
    losses = [epoch.train["loss"] for epoch in minidl.fit(whole, data, epochs=3, optimizer="sgd:lr=0.1").history]
    assert losses == sorted(losses, reverse=True)
    assert not any(map(torch.equal, before, [parameter.value for parameter in whole.parameters()]))


@pytest.mark.parametrize("optimizer", ["sgd:lr=0.1", "adam"])
@pytest.mark.parametrize("place", [0, 2])
def test_tensors_that_are_assigned_to_parameters_learn_like_numbers_written_into_them(
    optimizer: str, place: int
) -> None:
    data = minidl.Data(*([(torch.rand(40, 3), torch.rand(40, 2))] * 2), "regression")
    scores = []
    for assigns in (True, False):
        model = minidl.sequential("linear:4,tanh,linear:2")
        minidl.fit(model, data, epochs=1)
        parameter = model.parameters()[place]
        if assigns:
            parameter.value = parameter.value * 0.5
            parameter.grad = torch.zeros_like(parameter.value)
        else:
            parameter.value.mul_(0.5)
        scores.append(minidl.fit(model, data, epochs=2, optimizer=optimizer).final)
    assert scores[0] == scores[1]


@pytest.mark.parametrize("part", ["inputs", "targets"])
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_divergence_because_of_data_that_are_not_finite_names_the_data(part: str, number: float) -> None:
    samples = Samples(torch.rand(20, 3), torch.rand(20, 1))
    getattr(samples, part)[7, 0] = number
    with pytest.raises(
        minidl.DivergenceError, match=f"the {part} of the training data contain infinite numbers or NaN"
    ):
        minidl.fit("linear:1", Data(samples, samples, "regression"))


def test_a_result_says_how_many_threads_it_was_trained_with_and_these_repeat_it_to_the_last_bit() -> None:
    def trained(threads: int | None) -> minidl.FitResult:
        return minidl.fit("linear:8,tanh,linear:2", "disk:train=50:test=50", epochs=2, threads=threads)

    for threads in (1, 2):
        first, again = trained(threads), trained(threads)
        assert (first.threads, first.to_json()["threads"]) == (threads, threads)
        assert first.history == again.history
    assert trained(None).threads == 1


def test_a_wide_network_is_trained_with_the_threads_that_torch_chooses() -> None:
    with using_threads(2):
        result = minidl.fit("linear:3000,relu,linear:1000,linear:2", "disk:train=10:test=10", epochs=1, batch_size=10)
    assert result.threads == 2
