"""Protection of a run from installed hook implementations that fail."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import wraps
from types import SimpleNamespace
from typing import Any

from minidl_core.errors import HookError, PluginWarning, describe_exception
from minidl_core.hooks.validation import implementations
from minidl_core.registry import InterruptWatch


def disable_on_failure(plugin: object, name: str, *, strict: bool) -> SimpleNamespace:
    """Return a plugin whose implementations are disabled with a warning when they fail.

    A progress bar that fails must not abort training or affect other plugins. Ctrl-C passes. The output of the
    implementations goes to stderr, because stdout is reserved for the command.

    Args:
        plugin: a module or an object with hook implementations.
        name: the name of the plugin in warnings.
        strict: True to raise a `HookError` instead of a warning.
    """
    return SimpleNamespace(
        changes_runs=getattr(plugin, "changes_runs", True),
        **{
            # A wrapper runs around all others and cannot be disabled midway: `fire` reports its failure.
            attribute: function
            if inspect.isgeneratorfunction(function)
            else _disable_on_failure(function, attribute, name, strict=strict)
            for attribute, function in implementations(plugin).items()
        },
    )


def _disable_on_failure(
    function: Callable[..., object], hook: str, name: str, *, strict: bool
) -> Callable[..., object]:
    failed = False

    @wraps(function)
    def call(*arguments: Any) -> object:
        nonlocal failed
        if failed:
            return None
        with InterruptWatch() as watch:
            try:
                with redirect_stdout(sys.stderr):
                    return function(*arguments)
            except BaseException as error:  # even an exit of the program must not abort training
                if watch.is_requested(error):
                    raise
                if strict:
                    raise HookError(failure_message(name, hook, error)) from error
                failed = True
                warnings.warn(
                    f"{failure_message(name, hook, error)}; it is disabled for this run",
                    PluginWarning,
                    stacklevel=2,
                )
        return None

    return call


def failure_message(name: str, hook: str, error: BaseException) -> str:
    """Return the message about a hook implementation that failed."""
    return f"the hooks {name} failed in {hook}: {describe_exception(error)}"
