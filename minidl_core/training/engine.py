"""The interface of engines: how the steps of training are taken."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from minidl_core.interfaces.component import Component
from minidl_core.training.result import Epoch
from minidl_core.training.run_state import Run
from minidl_core.training.step_explanation import StepExplanation, parts_in_order


class Steps(ABC):
    """The training steps and evaluations of one run, or of like runs together.

    Between two calls, the parameters, buffers, optimizer states and losses of all runs are current. What hooks change
    in between holds from the next step on.

    Attributes:
        engine: the name of the engine that takes the steps.
        notice: why it takes them differently than asked for, in one sentence; empty if it does not.
    """

    engine: str = ""
    notice: str = ""

    @abstractmethod
    def take(self, runs: Sequence[Run], first: int, count: int) -> None:
        """Take steps of the current epoch of each run, and add their times to `run.result.seconds`.

        Step k of an epoch, from 0, takes the rows `run.order[k * batch_size : (k + 1) * batch_size]` of the training
        data, and writes its loss to `run.losses[k]`. A step whose loss is infinite or NaN ends the steps of its run
        before the backward pass. `run.step` is advanced by the number of complete steps, also if an exception ends
        them. The results do not depend on how the steps of an epoch are divided into calls.

        Args:
            runs: the runs, some or all of those that were started, all at the same step.
            first: the number of the first step in the epoch.
            count: the number of steps, at least 1.

        Raises:
            PluginError: a part failed or returned something else than expected.
        """

    @abstractmethod
    def evaluate(self, runs: Sequence[Run]) -> list[Epoch]:
        """Return the scores of the current networks on all training and all test samples."""


class Engine(Component):
    """Takes the steps of training: either in Python, or faster and with the same results.

    An engine calls the modules in order, or does what amounts to the same: forward pass, loss, backward pass, update.
    """

    trains_groups: bool = False
    """Class attribute: True if like runs are trained faster together than one after another."""

    @classmethod
    def unavailable(cls) -> str:
        """Return why the engine cannot work on this machine, in one sentence; empty if it can."""
        return ""

    @classmethod
    def remarks(cls) -> Sequence[str]:
        """Return what `minidl plugins doctor` reports of the engine, such as where it stores files; a sentence each."""
        return ()

    def pays(self, run: Run) -> bool:
        """Whether the engine is worth its preparation: decided by the run's steps and sizes alone, never by time."""
        del run
        return True

    def start(self, runs: Sequence[Run]) -> Steps:
        """Return the steps of runs that are ready for training; several are alike in all but numbers.

        It is called after the hook `minidl_run_started`, before the first step of the runs in this process.

        Args:
            runs: one run, or several with equal networks, losses, metrics, kinds of optimizers and sizes of data.

        Raises:
            PluginError: a part failed or returned something else than expected.
        """
        raise NotImplementedError(f"{type(self).__name__} takes no steps")

    def explain(self, run: Run) -> StepExplanation:
        """Return how the engine takes a step of a run, for people; the default says that it calls the parts in order.

        Args:
            run: a run that is ready for training and is not trained afterwards.

        Raises:
            PluginError: a part failed or returned something else than expected.
        """
        return StepExplanation(run.engine, parts_in_order(run))
