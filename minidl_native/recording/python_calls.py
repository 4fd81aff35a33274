"""Watches the calls that parts make in Python: of tensors' methods, of clocks and of random numbers."""

from __future__ import annotations

import datetime as dt
import random
import sys
import time
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from minidl_core import Component
from minidl_native.recording.calling_place import is_called_by_core
from minidl_native.recording.recorded_step import PythonCall
from minidl_native.recording.recorder import Recorder
from minidl_native.recording.shared_values import global_names

READS = {
    "item", "tolist", "numpy", "data_ptr", "storage", "untyped_storage", "__array__", "__dlpack__", "__bool__",
    "__float__", "__int__", "__index__", "__complex__", "__contains__", "__format__", "__repr__",
}  # fmt: skip
"""Methods of tensors that give their values to Python."""


CHANGING = {"time", "datetime", "random", "secrets", "uuid", "os", "posix", "numpy", "logging"}
"""Modules of functions whose results differ from call to call."""

PRINTING = (print, input, open)
"""Functions that a replayed step would not call."""


class TensorCalls(TorchFunctionMode):
    """Refuses calls that read the values of tensors, and keeps those of the optimizer.

    Args:
        recorder: the recorder of the step.
    """

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Call a function, after a look at what it does."""
        recorder, keywords, name = self.recorder, kwargs or {}, getattr(func, "__name__", "")
        if recorder.is_busy or not recorder.is_watching or is_called_by_core():
            return func(*args, **keywords)
        if name in READS:
            raise recorder.refuse(f"reads the values of a tensor in Python (`{name}`), which differ from step to step")
        if recorder.scopes[-1].phase != "update" or recorder.call is not None or name == "__get__":
            return func(*args, **keywords)
        return logged_call(recorder, name, func, args, keywords)


def logged_call(
    recorder: Recorder, name: str, func: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    """Call a function for the optimizer, and keep the call with the numbers of its operations."""
    call = PythonCall(name, arguments, keywords)
    recorder.call = len(recorder.step.calls)
    recorder.step.calls.append(call)
    try:
        call.result = func(*arguments, **keywords)
    finally:
        recorder.call = None
    return call.result


def _clock(function: Any) -> str:
    return "reads the clock" if getattr(function, "__module__", "") == "time" and function is not time.sleep else ""


def _changing_call(function: Any) -> str:
    """Return what a call of a built-in function does that may differ from step to step; empty if nothing."""
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    module = type(owner).__module__ if owner is not None else getattr(function, "__module__", None)
    if isinstance(owner, random.Random) or name in {"urandom", "getrandom"}:
        return "draws random numbers from Python: use torch with generator=self.generator"
    if (module or "").startswith("numpy.random"):
        return "draws random numbers from numpy: use torch with generator=self.generator"
    if isinstance(owner, type) and issubclass(owner, dt.date):
        return "reads the clock" if name in {"now", "utcnow", "today"} else ""
    if function in PRINTING:
        return f"calls {name}"
    return _clock(function)


def may_change(parts: Iterable[Component]) -> bool:
    """Whether a module that parts reach knows clocks, random numbers of Python or numpy, or functions that print."""
    for value in global_names(parts):
        module = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", "")
        if value in PRINTING if callable(value) and not isinstance(value, type) else False:
            return True
        if isinstance(module, str) and module.partition(".")[0] in CHANGING:
            return True
    return False


@contextmanager
def watching_python(recorder: Recorder, *, wanted: bool) -> Iterator[None]:
    """Refuse parts that read clocks, draw random numbers from elsewhere than torch, or print.

    It uses Python's profiler, which slows recording down several times; if another one is active, that one keeps
    running and nothing is watched.

    Args:
        recorder: the recorder of the step.
        wanted: False to watch nothing (see `may_change`).
    """
    if not wanted or sys.getprofile() is not None:
        yield
        return
    busy = False

    def watch(_frame: FrameType, event: str, function: Any) -> None:
        nonlocal busy
        if event != "c_call" or busy or not recorder.is_watching:
            return
        busy = True
        try:
            if reason := _changing_call(function):
                raise recorder.refuse(reason)
        finally:
            busy = False

    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(None)


@contextmanager
def keeping_global_generators(*, of_numpy_too: bool) -> Iterator[Callable[[], str]]:
    """Restore the global generators of Python, numpy and PyTorch at the end.

    Args:
        of_numpy_too: True to import numpy's generator if it is not, which takes time: a part may draw from it.

    Yields:
        A function that returns which of them was used meanwhile; empty for none.
    """
    legacy = import_module("numpy.random") if of_numpy_too else sys.modules.get("numpy.random")
    before, of_torch = random.getstate(), torch.get_rng_state()
    of_numpy = legacy.get_state() if legacy is not None else None

    def used() -> str:
        if random.getstate() != before:
            return "Python's"
        return "" if torch.equal(torch.get_rng_state(), of_torch) else "PyTorch's"

    try:
        yield used
    finally:
        random.setstate(before)
        torch.set_rng_state(of_torch)
        if of_numpy is not None:
            legacy.set_state(of_numpy)  # type: ignore[union-attr]
