"""What every hook implementation must satisfy."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pluggy
from torch import Tensor

from minidl_core.assembly import make
from minidl_core.errors import HookError
from minidl_core.hooks import hook_manager
from minidl_core.interfaces.dataset import Data, Samples
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import Registry
from minidl_core.run_config import RunConfig
from minidl_core.testing.check_case import Case, Check, ConformanceError, describe_failure
from minidl_core.testing.numerics.comparison import random_normal
from minidl_core.testing.probe_layer import ProbeLayer
from minidl_core.testing.subject import Subject
from minidl_core.training.fit import fit_prepared, prepare

PAUSE = 0.06
"""Seconds that a forward pass takes: a few of them, and `minidl_progressed` is called."""


class _Slow(ProbeLayer):
    """A layer that takes its time."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the output, later."""
        time.sleep(PAUSE)
        return super().forward(x)


def hook_cases(subject: Subject) -> Iterator[Case]:
    """Yield all checks of a hook."""
    for check in CHECKS:
        yield check.case((), subject.part)


def check_fit(part: Any) -> None:
    """Check that there are implementations, and that each fits the hook that it names."""
    _manager(part)


def check_training(part: Any) -> None:
    """Check that a training of two epochs with these hooks comes to its end."""
    samples = Samples(random_normal(8, 3), random_normal(8, 3, seed=2))
    data = Data(train=samples, test=samples, task="regression")
    config = RunConfig(epochs=2, batch_size=4)
    run = prepare(config, Sequential([_Slow()]), data, make("loss", "mse"), make("optimizer", config.optimizer), None)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        fit_prepared([run], _manager(part))
    if run.failure is not None:
        raise ConformanceError(str(run.failure)) from run.failure
    if run.result.interrupted:
        raise ConformanceError("it ends the training as Ctrl-C does, by a KeyboardInterrupt")


def _manager(part: Any) -> pluggy.PluginManager:
    """Return a manager of this hook alone: what else is installed has no part in the check."""
    try:
        return hook_manager(Registry([]), [part() if isinstance(part, type) else part])
    except HookError as error:
        raise ConformanceError(str(error)) from error
    except Exception as error:
        raise ConformanceError(f"{part.__name__}() fails: {describe_failure(error)}") from error


FITS = "its implementations fit the hooks"

CHECKS = (Check(FITS, check_fit, "basic"), Check("it survives a training", check_training, "basic", (FITS,)))
