"""Hooks have the same effect, and see the same, in a stack as in single runs."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import minidl_core as minidl
from minidl_core import Epoch, Run, RunConfig, RunError, RunResult, TrainingInterrupted, hookimpl
from minidl_core.training import loop, progress_notifier

LAYERS = "linear:4:bias=false,batch_norm,dropout:0.2,linear:2"
BASE = {"data": "disk:train=30:test=10", "epochs": 4, "layers": LAYERS, "dtype": "float64", "repeats": 3}
OPTIMIZERS = ("sgd:lr=0.1:momentum=0.9", "adam:lr=0.01", "sgd:lr=0.1")


class Slower:
    """It lowers the learning rates of all runs alike."""

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        run.optimizer.lr *= 0.3  # type: ignore[attr-defined]


class SlowerWhereItIsWorse:
    """It lowers the learning rate of those runs whose loss is above a bound, as a schedule by plateaus does."""

    @hookimpl
    def minidl_epoch_ended(self, run: Run, epoch: Epoch) -> None:
        if epoch.train["loss"] > 0.46:
            run.optimizer.lr *= 0.3  # type: ignore[attr-defined]


class MoreDropout:
    """It changes a layer's setting."""

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        run.model[2].p = 0.6  # type: ignore[attr-defined]


class Clipping:
    """It writes into the weights between epochs."""

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        for parameter in run.model.parameters():
            parameter.value.clamp_(-0.2, 0.2)


class Assigning:
    """It gives parameters other tensors before training, and buffers other numbers."""

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        for parameter in run.model.parameters():
            parameter.value = parameter.value * 0.5
        for name, buffer in run.model.named_buffers().items():
            if "running" in name:
                buffer.value = torch.full_like(buffer.value, 0.7)


class Forgetting:
    """It writes into the state of the optimizer."""

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        for tensor in run.optimizer.state().values():
            if tensor.dim():
                tensor.zero_()


class Looking:
    """It evaluates the network, which must change nothing."""

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        if run.repeat == 1:
            minidl.evaluate(run.model, run.data.test, run.loss, run.metrics)


class InStep:
    """All of them."""

    def __init__(self) -> None:
        self.hooks = Slower(), Clipping(), Assigning(), Forgetting()

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        self.hooks[2].minidl_run_started(run)

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        for place in (0, 1, 3):
            self.hooks[place].minidl_epoch_ended(run)  # type: ignore[union-attr]


def require_same(found: list[RunResult], expected: list[RunResult]) -> None:
    for one, other in zip(found, expected, strict=True):
        for repeat, expected_repeat in zip(one.repeats, other.repeats, strict=True):
            for epoch, expected_epoch in zip(repeat.history, expected_repeat.history, strict=True):
                assert epoch.train == pytest.approx(expected_epoch.train, rel=1e-9)
                assert epoch.test == pytest.approx(expected_epoch.test, rel=1e-9)


HOOKS = [Slower, SlowerWhereItIsWorse, MoreDropout, Clipping, Assigning, Forgetting, Looking, InStep]


@pytest.mark.slow
@pytest.mark.parametrize("optimizers", [*((one,) for one in OPTIMIZERS), OPTIMIZERS], ids=str)
@pytest.mark.parametrize("hook", HOOKS)
def test_changes_by_hooks_have_the_same_effect_in_a_stack(
    hook: type[Any], optimizers: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "FUSED_FROM", 0)
    configs = [RunConfig(optimizer=optimizer, **BASE) for optimizer in optimizers]
    unwatched = minidl.run_all(configs)
    stacked = minidl.run_all(configs, hooks=[hook()])
    single = minidl.run_all([config.updated({"without": "stacking"}) for config in configs], hooks=[hook()])
    require_same(stacked, single)
    if hook not in {Looking, Forgetting}:
        assert stacked[0].repeats[0].final != unwatched[0].repeats[0].final


def test_a_layers_setting_that_is_changed_for_one_run_only_is_an_error_with_advice() -> None:
    class One:
        @hookimpl
        def minidl_epoch_ended(self, run: Run) -> None:
            if run.repeat == 2:
                run.model[2].p = 0.6  # type: ignore[attr-defined]

    with pytest.raises(
        RunError, match=r"a setting of dropout was changed for some of the repeats .*--without stacking"
    ):
        minidl.run(RunConfig(**BASE), hooks=[One()])
    minidl.run(RunConfig(**BASE, without=("stacking",)), hooks=[One()])


class Recording:
    """It keeps numbers of the first run that hooks may look at, at each step and after each epoch."""

    def __init__(self) -> None:
        self.seen: list[list[float]] = []

    @hookimpl
    def minidl_progressed(self, run: Run) -> None:
        self.record(run)

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        self.record(run)

    def record(self, run: Run) -> None:
        if run.repeat > 1:
            return
        tensors = [run.optimizer.block.value, run.optimizer.block.grad]
        tensors += [tensor for parameter in run.model.parameters() for tensor in parameter]
        tensors += run.model.state().values()
        tensors += run.optimizer.state().values()
        tensors += [minidl.predict(run.model, run.data.test.inputs)]
        self.seen.append([float(tensor.double().norm()) for tensor in tensors])


@pytest.mark.parametrize("optimizers", [*((one,) for one in OPTIMIZERS), OPTIMIZERS], ids=str)
def test_hooks_see_the_same_at_every_step_in_a_stack(
    optimizers: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "FUSED_FROM", 0)
    monkeypatch.setattr(progress_notifier, "REPORT_EVERY", -1.0)
    configs = [RunConfig(optimizer=optimizer, **BASE) for optimizer in optimizers]
    seen = []
    for without in ((), ("stacking",)):
        recording = Recording()
        minidl.run_all([config.updated({"without": without}) for config in configs], hooks=[recording])
        seen.append(recording.seen)
    assert len(seen[0]) == 4 * (3 + 1)
    for found, expected in zip(*seen, strict=True):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_what_a_hook_changes_within_an_epoch_has_effect_from_the_next_step_on(
    optimizer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_notifier, "REPORT_EVERY", -1.0)

    class AtOnce:
        @hookimpl
        def minidl_progressed(self, run: Run) -> None:
            if run.repeat == 1 and run.step in {2, 4}:
                run.optimizer.lr *= 0.3  # type: ignore[attr-defined]
                run.model.parameters()[0].value.mul_(0.5)

    config = RunConfig(optimizer=optimizer, **BASE)
    require_same(*([minidl.run(one, hooks=[AtOnce()])] for one in (config, config.updated({"without": "stacking"}))))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_ctrl_c_within_an_epoch_leaves_networks_and_optimizers_at_the_same_step(
    optimizer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_notifier, "REPORT_EVERY", -1.0)

    class Stopping:
        def __init__(self) -> None:
            self.runs: list[Run] = []

        @hookimpl
        def minidl_progressed(self, run: Run) -> None:
            if run.step == 5:
                raise KeyboardInterrupt

        @hookimpl
        def minidl_run_ended(self, run: Run) -> None:
            self.runs.append(run)

    ended = []
    for without in ((), ("stacking",)):
        stopping = Stopping()
        with pytest.raises(TrainingInterrupted):
            minidl.run(RunConfig(optimizer=optimizer, without=without, **BASE), hooks=[stopping])
        ended.append(stopping.runs[0])
    for part in ("model", "optimizer"):
        found, expected = (getattr(run, part).state() for run in ended)
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)
