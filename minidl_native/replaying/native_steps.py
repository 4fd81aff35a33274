"""The steps of the native engine: recorded once, compiled, and replayed for each run."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch

from minidl_core import Epoch, PluginError, Run, Steps
from minidl_native.recording.garbage import collecting_no_garbage
from minidl_native.recording.unreplayable import Unreplayable
from minidl_native.replaying.evaluation_replay import EvaluationReplay
from minidl_native.replaying.run_code import RunCode
from minidl_native.replaying.run_replay import RunReplay
from minidl_native.replaying.step_replay import StepReplay
from minidl_native.replaying.verification import verify
from minidl_native.replaying.workers import Workers

_T = TypeVar("_T")


class NativeSteps(Steps):
    """The steps of one run, or of like runs that share the compiled code.

    Each run has its own memory, order of rows, random numbers and settings. Several are replayed by one call of the
    compiled code in each of as many threads as the first run's result says.

    Args:
        runs: the runs.

    Raises:
        Unreplayable: a part prevents the steps from being replayed.
    """

    engine = "native"

    def __init__(self, runs: Sequence[Run]) -> None:
        for run in runs:
            run.model.train()  # before anything is recorded: attributes that change later are looked into
        with collecting_no_garbage():
            code = RunCode(runs[0])
            for step in code.batches.values():
                verify(runs[0], step)
            self.of_runs = {run: _replay(run, code) for run in runs}
        self.workers = Workers(min(len(runs), runs[0].result.threads))

    @torch.inference_mode()
    def take(self, runs: Sequence[Run], first: int, count: int) -> None:
        """Take steps of the current epoch of each run."""
        end = first + count
        waiting = [replay for run in runs if (replay := self.of_runs[run]).begin(first, end)]
        while waiting:
            waiting = self._take_next(waiting, end)

    def _take_next(self, waiting: Sequence[RunReplay], end: int) -> list[RunReplay]:
        """Take steps of one batch size of each run, and return the runs that have more to take."""
        started = time.perf_counter()
        taken = [_Steps(one, *steps) for one in waiting if (steps := one.next_steps(end)) is not None]
        for members in _grouped(taken, [(id(one.replay.compiled), one.count) for one in taken]):
            program, count = members[0].replay.compiled.code, members[0].count
            done = self.workers.run(program, [one.replay.table.address for one in members], count)
            for one, complete in zip(members, done, strict=True):
                one.complete = complete
        seconds = (time.perf_counter() - started) / max(1, len(taken))
        errors = [error for one in taken if (error := one.finish(seconds)) is not None]
        if errors:
            raise errors[0]
        return [one.owner for one in taken if one.complete == one.count and one.owner.run.step_in_epoch < end]

    @torch.inference_mode()
    def evaluate(self, runs: Sequence[Run]) -> list[Epoch]:
        """Return the scores of the current network of each run."""
        train, test = (self._scores([self.of_runs[run] for run in runs], name) for name in ("train", "test"))
        return [Epoch(run.epoch, *scores) for run, *scores in zip(runs, train, test, strict=True)]

    def _scores(self, replays: Sequence[RunReplay], name: str) -> list[dict[str, float]]:
        """Return the scores of each run on the samples `train` or `test`."""
        found = [replay.evaluation(name) for replay in replays]
        compiled = [one for one in found if one is not None]
        for one in compiled:
            one.prepare()
        for members in _grouped(compiled, [id(one.compiled) for one in compiled]):
            self.workers.run(members[0].compiled.code, [one.table.address for one in members], 1)
        return [_scores(replay, one, name) for replay, one in zip(replays, found, strict=True)]


@dataclass
class _Steps:
    """Steps of a run that are prepared.

    Attributes:
        owner: the run.
        replay: what replays them.
        count: the number of steps.
        complete: the number of complete steps.
    """

    owner: RunReplay
    replay: StepReplay
    count: int
    complete: int = 0

    def finish(self, seconds: float) -> PluginError | None:
        """Count the complete steps, and return the error that ended them, if any."""
        try:
            self.owner.finish(self.replay, self.count, self.complete, seconds)
        except PluginError as error:
            return error
        return None


def _grouped(items: Iterable[_T], keys: Iterable[Hashable]) -> list[list[_T]]:
    """Return the items in groups of equal keys."""
    groups: dict[Hashable, list[_T]] = {}
    for item, key in zip(items, keys, strict=True):
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _scores(replay: RunReplay, evaluation: EvaluationReplay | None, name: str) -> dict[str, float]:
    return replay.scores_in_python(name) if evaluation is None else evaluation.scores()


def _replay(run: Run, code: RunCode) -> RunReplay:
    """Return the replay of a run by the code of a run that is alike, or by code of its own if other tensors differ."""
    try:
        return RunReplay(run, code)
    except Unreplayable:
        return RunReplay(run, RunCode(run))
