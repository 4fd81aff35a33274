"""The checks of hook implementations."""

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
from minidl_core.training.python_engine import Python

PAUSE = 0.06
"""The seconds per forward pass: after a few, `minidl_progressed` is called."""


class _Slow(ProbeLayer):
    """A layer whose forward pass takes `PAUSE` seconds."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the output after the pause."""
        time.sleep(PAUSE)
        return super().forward(x)


def hook_cases(subject: Subject) -> Iterator[Case]:
    """Yield the checks of a hook."""
    for check in CHECKS:
        yield check.case((), subject.part)


def check_specifications(part: Any) -> None:
    """Check that there are implementations, and that each matches the specification of its hook."""
    _manager(part)


def check_training(part: Any) -> None:
    """Check that a training of two epochs with these hooks completes."""
    samples = Samples(random_normal(8, 3), random_normal(8, 3, seed=2))
    data = Data(train=samples, test=samples, task="regression")
    config = RunConfig(epochs=2, batch_size=4)
    run = prepare(config, Sequential([_Slow()]), data, make("loss", "mse"), make("optimizer", config.optimizer), None)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        fit_prepared([run], Python(), _manager(part))
    if run.failure is not None:
        raise ConformanceError(str(run.failure)) from run.failure
    if run.result.interrupted:
        raise ConformanceError("it interrupts the training: it raises KeyboardInterrupt, as Ctrl-C does")


def _manager(part: Any) -> pluggy.PluginManager:
    """Return a plugin manager with only this hook, without other installed ones."""
    try:
        return hook_manager(Registry([]), [part() if isinstance(part, type) else part])
    except HookError as error:
        raise ConformanceError(str(error)) from error
    except Exception as error:
        raise ConformanceError(f"{part.__name__}() fails: {describe_failure(error)}") from error


MATCHES = "its implementations match the hook specifications"

CHECKS = (
    Check(MATCHES, check_specifications, "basic"),
    Check("a training with it completes", check_training, "basic", (MATCHES,)),
)
