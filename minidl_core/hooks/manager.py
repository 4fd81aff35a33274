"""The hook implementations that take part in a run."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Iterable
from typing import Any

import pluggy

from minidl_core.errors import HookError, MinidlError, PluginError, PluginWarning
from minidl_core.hooks import specs
from minidl_core.registry import Entry, Registry


def hook_manager(registry: Registry, plugins: Iterable[object] = ()) -> pluggy.PluginManager:
    """Return a manager of the hook implementations that are installed and of those given.

    `minidl_register` has been called when it returns. An installed implementation that cannot be loaded, or does not
    fit the hook it names, is left out with a warning.

    Raises:
        HookError: an implementation that was given does not fit the hook it names, or one failed in `minidl_register`.
    """
    manager = pluggy.PluginManager("minidl")
    manager.add_hookspecs(specs)
    for entry in registry.entries("hook"):
        try:
            _add(manager, _installed(entry), f"'{entry.name}' of {entry.origin}")
        except MinidlError as error:
            warnings.warn(f"{error}; the run goes on without it", PluginWarning, stacklevel=2)
    for number, plugin in enumerate(plugins, 1):
        name = f"'{type(plugin).__name__}'"
        _add(manager, plugin, f"{name} (number {number})" if manager.has_plugin(name) else name)
    fire(manager, "minidl_register", registry=registry)
    return manager


def fire(manager: pluggy.PluginManager, hook: str, **arguments: Any) -> None:
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


def _installed(entry: Entry) -> object:
    """Return the implementations of an entry: a module or an object as it is, an instance of a class."""
    part = entry.load()
    try:
        return part() if isinstance(part, type) else part
    except Exception as error:
        raise PluginError(f"the hook '{entry.name}' of {entry.origin} failed when made: {error!r}") from error


def _add(manager: pluggy.PluginManager, plugin: object, name: str) -> None:
    """Register implementations that fit the hooks they name, and none of those that do not."""
    try:
        manager.register(plugin, name)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as error:
        if manager.is_registered(plugin):
            manager.unregister(plugin)
        raise HookError(f"the hooks {name} do not fit: {error}") from error
