"""Checks that the native engine trains a part as Python does."""

from __future__ import annotations

from collections.abc import Callable

from minidl_core.testing.check_case import ConformanceError, NotCheckedError, describe_failure
from minidl_core.testing.replay.native_engine_pair import native_engine_pair
from minidl_core.testing.replay.probe_run import disturb
from minidl_core.testing.replay.training_trace import TrainingTrace, trace_training
from minidl_core.training.engine import Engine
from minidl_core.training.python_engine import Python
from minidl_core.training.run_state import Run

REPLAY = "replay by the native engine gives the results of Python"


def check_replay(make_run: Callable[[], Run]) -> None:
    """Check that the native engine gives the results of Python, with a compiled step and with a stored one.

    A part that cannot be replayed is trained in Python, which is no fault: the check is then skipped with the place
    that prevents it.

    Args:
        make_run: returns the same run at each call, ready for training.

    Raises:
        ConformanceError: the results differ, or the training fails.
        NotCheckedError: the part cannot be replayed, or the engine cannot be used.
    """
    with native_engine_pair() as (compiling, loading):
        expected = _trace(Python(), make_run, "in Python")
        disturbed = _trace(Python(), lambda: disturb(make_run()), "in Python")
        traces = []
        for engine, how in ((compiling, "replayed"), (loading, "replayed from the store")):
            traces.append(_trace(engine, make_run, how))
            traces[-1].require_same(expected, how, disturbed)
    if notice := next((trace.notice for trace in traces if trace.notice), ""):
        raise NotCheckedError(notice)


def _trace(engine: Engine, make_run: Callable[[], Run], how: str) -> TrainingTrace:
    try:
        return trace_training(engine, make_run())
    except NotCheckedError:
        raise
    except Exception as error:
        raise ConformanceError(f"a short training, {how}, fails: {describe_failure(error)}") from error
