"""The hook implementations that take part in a run."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import Any

import pluggy

from minidl_core.errors import HookError, MinidlError
from minidl_core.hooks import specs
from minidl_core.registry import Registry


def hook_manager(registry: Registry, plugins: Iterable[object] = ()) -> pluggy.PluginManager:
    """Return a manager of the hook implementations that are installed and of those given.

    `minidl_register` has been called when it returns.

    Raises:
        PluginError: an installed implementation cannot be loaded.
        HookError: an implementation does not fit the hook it names, or failed in `minidl_register`.
    """
    manager = pluggy.PluginManager("minidl")
    manager.add_hookspecs(specs)
    for entry in registry.entries("hook"):
        part = entry.load()
        _add(manager, part() if isinstance(part, type) else part, f"'{entry.name}' of {entry.origin}")
    for plugin in plugins:
        _add(manager, plugin, f"'{type(plugin).__name__}'")
    manager.check_pending()
    fire(manager, "minidl_register", registry=registry)
    return manager


def fire(manager: pluggy.PluginManager, hook: str, **arguments: Any) -> None:  # noqa: ANN401 - each hook's own
    """Call all implementations of a hook.

    Raises:
        HookError: one of them failed; the message names it.
    """
    caller: pluggy.HookCaller = getattr(manager.hook, hook)
    try:
        caller(**arguments)
    except MinidlError:
        raise
    except Exception as error:
        raise HookError(f"the hooks {_culprit(caller, error)} failed in {hook}: {error!r}") from error


def _culprit(caller: pluggy.HookCaller, error: Exception) -> str:
    """Name the plugin whose implementation the error came through."""
    frames = {frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)}
    implementations = caller.get_hookimpls()
    return next((i.plugin_name for i in implementations if getattr(i.function, "__code__", None) in frames), "called")


def _add(manager: pluggy.PluginManager, plugin: object, name: str) -> None:
    try:
        manager.register(plugin, name)
    except (pluggy.PluginValidationError, ValueError) as error:
        raise HookError(f"the hooks {name} do not fit: {error}") from error
