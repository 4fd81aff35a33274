"""The hook implementations that take part in a run."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Iterable
from typing import Any

import pluggy

from minidl_core.errors import HookError, MinidlError, PluginError, PluginWarning, describe_exception
from minidl_core.hooks import hookspecs
from minidl_core.hooks.isolation import disable_on_failure, failure_message
from minidl_core.hooks.validation import check_implementations
from minidl_core.registry import Entry, Registry, converting_errors


def hook_manager(registry: Registry, plugins: Iterable[object] = ()) -> pluggy.PluginManager:
    """Return a manager of the hook implementations that are installed and of those given.

    `minidl_register` has been called when it returns. An installed implementation that cannot be loaded, does not fit
    the hook it names, or fails when called is left out with a warning, unless the registry's policy is strict.

    Raises:
        HookError: an implementation that was given does not fit the hook it names, or fails in `minidl_register`; under
            a strict policy, an installed one too.
        PluginError: under a strict policy, an installed one cannot be loaded.
    """
    manager = pluggy.PluginManager("minidl")
    manager.add_hookspecs(hookspecs)
    strict = bool(registry.policy.strict)
    for entry in registry.entries("hook"):
        if entry.is_usable:
            _add_installed(manager, entry, strict=strict)
    for number, plugin in enumerate(plugins, 1):
        name = f"'{type(plugin).__name__}'"
        _add(manager, plugin, f"{name} (number {number})" if manager.has_plugin(name) else name)
    fire(manager, "minidl_register", registry=registry)
    return manager


def fire(manager: pluggy.PluginManager, hook: str, **arguments: Any) -> None:
    """Call all implementations of a hook.

    Raises:
        HookError: one of them failed that is not to be left out; the message names it.
    """
    caller: pluggy.HookCaller = getattr(manager.hook, hook)
    try:
        caller(**arguments)
    except (MinidlError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise HookError(failure_message(_failed_plugin(caller, error), hook, error)) from error


def active_hooks(manager: pluggy.PluginManager, registry: Registry) -> list[Entry]:
    """Return the installed hooks that a manager calls."""
    return [entry for entry in registry.entries("hook") if manager.has_plugin(_name(entry))]


def load_hooks(entry: Entry) -> object:
    """Return the implementations of an entry, checked: a module or an object as it is, an instance of a class.

    Raises:
        PluginError: they cannot be loaded.
        HookError: one does not fit the hook it names.
    """
    part = entry.load()

    def failed(error: BaseException) -> PluginError:
        return PluginError(f"the hook '{entry.name}' of {entry.origin} failed when made: {describe_exception(error)}")

    with converting_errors(failed):
        plugin = part() if isinstance(part, type) else part
        check_implementations(plugin, _name(entry))
    return plugin


def _add_installed(manager: pluggy.PluginManager, entry: Entry, *, strict: bool) -> None:
    try:
        plugin = load_hooks(entry)
    except MinidlError as error:
        if strict:
            raise
        warnings.warn(f"{error}; the run goes on without it", PluginWarning, stacklevel=3)
    else:
        manager.register(disable_on_failure(plugin, _name(entry), strict=strict), _name(entry))


def _add(manager: pluggy.PluginManager, plugin: object, name: str) -> None:
    check_implementations(plugin, name)
    if manager.is_registered(plugin):
        raise HookError(f"the hooks {name} are given twice")
    manager.register(plugin, name)


def _name(entry: Entry) -> str:
    return f"'{entry.name}' of {entry.origin}"


def _failed_plugin(caller: pluggy.HookCaller, error: BaseException) -> str:
    """Name the plugin whose implementation the error came through."""
    frames = {frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)}
    implementations = caller.get_hookimpls()
    return next((i.plugin_name for i in implementations if getattr(i.function, "__code__", None) in frames), "called")
