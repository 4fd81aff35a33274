"""The choice of the engine that takes the steps of a run."""

from __future__ import annotations

from minidl_core.assembly import make
from minidl_core.errors import InputError, PluginError, UnknownNameError
from minidl_core.spec import parse_component
from minidl_core.training.engine import Engine
from minidl_core.training.python_engine import Python
from minidl_core.training.run_state import Run

AUTO = "auto"
"""The setting that takes `native` where it is installed, can work and pays, else `python`."""

NATIVE, PYTHON = "native", "python"


def choose_engine(name: str, run: Run) -> Engine:
    """Return the engine for a run, and set `run.engine` to its name; decided by the configuration alone.

    Args:
        name: the specification of an engine, or `auto`.
        run: the run, ready for training.

    Raises:
        InputError: the engine is unknown, or cannot work on this machine; the message says why.
        PluginError: it cannot be loaded.
    """
    engine = None if name == AUTO else named_engine(name)
    if engine is None:
        name, engine = NATIVE, _native()
        if engine is None or not engine.pays(run):
            name, engine = PYTHON, Python()
    run.engine = name
    return engine


def named_engine(name: str) -> Engine:
    """Return an engine by its specification.

    Raises:
        InputError, PluginError: as `choose_engine`.
    """
    try:
        engine: Engine = make("engine", name)
    except UnknownNameError as error:
        advice = f"or choose {AUTO}: {NATIVE} where it works and pays, else {PYTHON}"
        raise UnknownNameError(f"{error}\n  {advice}") from None
    if reason := engine.unavailable():
        raise InputError(f"engine {name} cannot work here: {reason}; or choose the engine {AUTO} or {PYTHON}")
    return engine


def require_engine(name: str) -> None:
    """Check before data are read that an engine can be used; `auto` always can.

    Raises:
        InputError, PluginError: as `choose_engine`.
    """
    if name != AUTO:
        named_engine(name)


def engine_name(engine: str) -> str:
    """Return the name of an engine in its specification."""
    return parse_component(engine).name


def _native() -> Engine | None:
    """Return the native engine; None if it is not installed, is blocked or broken, or cannot work on this machine."""
    try:
        return named_engine(NATIVE)
    except (InputError, PluginError):
        return None
