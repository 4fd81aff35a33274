"""The checks of engines."""

from __future__ import annotations

from collections.abc import Iterator

from minidl_core.testing.check_case import Case, Check, ConformanceError, NotCheckedError
from minidl_core.testing.configured_part import ConfiguredPart, component_cases
from minidl_core.testing.probe_layer import ProbeLayer
from minidl_core.testing.replay.probe_run import probe_run
from minidl_core.testing.replay.training_trace import trace_training
from minidl_core.testing.subject import Subject
from minidl_core.training.engine import Engine
from minidl_core.training.python_engine import Python
from minidl_core.training.run_state import Run


def engine_cases(subject: Subject) -> Iterator[Case]:
    """Yield the checks of an engine for all settings."""
    return component_cases(subject, _cases)


def _cases(configured: ConfiguredPart) -> Iterator[Case]:
    for check in CHECKS:
        yield check.case(configured.labels, configured)


def check_results(configured: ConfiguredPart) -> None:
    """Check that a training gives the results of Python."""
    found = trace_training(_engine(configured), _run())
    found.require_same(trace_training(Python(), _run()), "with this engine")


def check_calls(configured: ConfiguredPart) -> None:
    """Check that results do not depend on how the steps of an epoch are divided into calls."""
    expected = trace_training(_engine(configured), _run())
    for count in (1, 2):
        found = trace_training(_engine(configured), _run(), count)
        for name, tensor in expected.numbers.items():
            if not found.numbers[name].equal(tensor):
                raise ConformanceError(
                    f"{name} has other bits if `take` is called with a count of {count} than for a whole epoch"
                )


def _run() -> Run:
    return probe_run(layers=[ProbeLayer()])


def _engine(configured: ConfiguredPart) -> Engine:
    """Return an engine.

    Raises:
        NotCheckedError: it cannot work on this machine.
    """
    engine: Engine = configured.make()
    if reason := engine.unavailable():
        raise NotCheckedError(f"it cannot work on this machine: {reason}")
    return engine


SAME = "a training gives the results of Python"

CHECKS = (
    Check(SAME, check_results, "basic"),
    Check("results do not depend on the number of steps per call", check_calls, "basic", (SAME,)),
)
