"""The manager that calls the hook implementations of a run."""

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
    """Return a manager of the installed hook implementations and the given ones, after calling `minidl_register`.

    An installed implementation that cannot be loaded, does not match its hook, or fails when called is disabled with a
    warning, unless the policy of the registry is strict.

    Args:
        registry: the registry with the installed hooks.
        plugins: further objects with hook implementations.

    Raises:
        HookError: a given implementation does not match its hook, or failed in `minidl_register`; under a strict
            policy, an installed one too.
        PluginError: under a strict policy, an installed implementation cannot be loaded.
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
        HookError: an implementation failed that is not disabled on failure; the message names it.
    """
    caller: pluggy.HookCaller = getattr(manager.hook, hook)
    try:
        caller(**arguments)
    except (MinidlError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise HookError(failure_message(_failed_plugin(caller, error), hook, error)) from error


def active_hooks(manager: pluggy.PluginManager, registry: Registry) -> list[Entry]:
    """Return the entries of the installed hooks that a manager calls."""
    return [entry for entry in registry.entries("hook") if manager.has_plugin(_name(entry))]


def load_hooks(entry: Entry) -> object:
    """Return the hook implementations of an entry: a module, an object, or an instance of a class.

    Raises:
        PluginError: they cannot be loaded.
        HookError: one does not match its hook.
    """
    part = entry.load()

    def failed(error: BaseException) -> PluginError:
        return PluginError(f"the hook {_name(entry)} could not be created: {describe_exception(error)}")

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
        warnings.warn(f"{error}; it is disabled for this run", PluginWarning, stacklevel=3)
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
    """Return the name of the plugin whose implementation an error came through."""
    frames = {frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)}
    implementations = caller.get_hookimpls()
    return next((i.plugin_name for i in implementations if getattr(i.function, "__code__", None) in frames), "called")
