"""The steps of the native engine: recorded once, compiled, and replayed for each run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from minidl_core import Epoch, Run, Steps
from minidl_native.recording.unreplayable import Unreplayable
from minidl_native.replaying.run_code import RunCode
from minidl_native.replaying.run_replay import RunReplay
from minidl_native.replaying.verification import verify

_T = TypeVar("_T")


class NativeSteps(Steps):
    """The steps of one run, or of like runs that share the compiled code.

    Each run has its own memory, order of rows, random numbers and settings. Several are replayed in as many threads as
    the first run's result says.

    Args:
        runs: the runs.

    Raises:
        Unreplayable: a part prevents the steps from being replayed.
    """

    engine = "native"

    def __init__(self, runs: Sequence[Run]) -> None:
        code = RunCode(runs[0])
        for step in code.batches.values():
            verify(runs[0], step)
        self.of_runs = {run: _replay(run, code) for run in runs}
        workers = min(len(runs), runs[0].result.threads)
        self._pool = ThreadPoolExecutor(workers) if workers > 1 else None

    def take(self, runs: Sequence[Run], first: int, count: int) -> None:
        """Take steps of the current epoch of each run."""
        self._each(lambda run: self.of_runs[run].take(first, count), runs)

    def evaluate(self, runs: Sequence[Run]) -> list[Epoch]:
        """Return the scores of the current network of each run."""
        return self._each(lambda run: self.of_runs[run].evaluate(), runs)

    def _each(self, act: Callable[[Run], _T], runs: Sequence[Run]) -> list[_T]:
        """Return what a function returns for each run, computed on all threads."""
        return [act(run) for run in runs] if self._pool is None else list(self._pool.map(act, runs))


def _replay(run: Run, code: RunCode) -> RunReplay:
    """Return the replay of a run by the code of a run that is alike, or by code of its own if other tensors differ."""
    try:
        return RunReplay(run, code)
    except Unreplayable:
        return RunReplay(run, RunCode(run))
