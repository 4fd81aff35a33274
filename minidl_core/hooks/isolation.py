"""Installed hook implementations kept from disturbing a run."""

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
    """Return a plugin with the same implementations, each left out with a warning from its first failure on.

    So a progress bar that fails costs neither the training nor what other plugins do. Ctrl-C passes. What they print
    goes to stderr, for stdout belongs to the command.

    Args:
        plugin: a module or an object with hook implementations.
        name: what warnings call it.
        strict: whether a failure is an error instead.
    """
    return SimpleNamespace(
        **{
            # A wrapper runs around all others, and cannot be left out midway: `fire` reports its failure.
            attribute: function
            if inspect.isgeneratorfunction(function)
            else _disable_on_failure(function, attribute, name, strict=strict)
            for attribute, function in implementations(plugin).items()
        }
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
            except BaseException as error:  # it may be an exit, and must not end the training
                if watch.is_requested(error):
                    raise
                if strict:
                    raise HookError(failure_message(name, hook, error)) from error
                failed = True
                warnings.warn(
                    f"{failure_message(name, hook, error)}; the run goes on without it", PluginWarning, stacklevel=2
                )
        return None

    return call


def failure_message(name: str, hook: str, error: BaseException) -> str:
    """Return a sentence that tells of a hook implementation that failed."""
    return f"the hooks {name} failed in {hook}: {describe_exception(error)}"
