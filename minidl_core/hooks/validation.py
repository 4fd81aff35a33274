"""Checks that hook implementations match the signatures of their hooks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pluggy

from minidl_core.errors import HookError
from minidl_core.hooks import hookspecs
from minidl_core.suggestions import nearest

PREFIX = "minidl_"

HOOKS: dict[str, Callable[..., object]] = {
    name: value for name, value in vars(hookspecs).items() if name.startswith(PREFIX) and inspect.isfunction(value)
}
"""The specification of each hook, by name."""

_reader = pluggy.PluginManager("minidl")


def implementations(plugin: object) -> dict[str, Callable[..., object]]:
    """Return the functions of a module, class or object that are marked with `@hookimpl`, by attribute name."""
    names = [name for name in dir(plugin) if _reader.parse_hookimpl_opts(plugin, name) is not None]
    return {name: getattr(plugin, name) for name in names}


def check_implementations(plugin: object, name: str) -> None:
    """Check that each hook implementation of a plugin matches its hook and is marked with `@hookimpl`.

    Args:
        plugin: a module, a class or an object.
        name: the name of the plugin in messages.

    Raises:
        HookError: an implementation does not match its hook (the message shows both signatures), or is not marked.
    """
    marked = implementations(plugin)
    unmarked = [attribute for attribute in dir(plugin) if attribute.startswith(PREFIX) and attribute not in marked]
    for attribute in unmarked:
        if inspect.isroutine(getattr(plugin, attribute)):
            raise HookError(
                f"the hooks {name} have {attribute} without @hookimpl, so it is never called: put @hookimpl above"
            )
    if not marked:
        raise HookError(f"the hooks {name} implement none: mark functions such as minidl_epoch_ended with @hookimpl")
    for attribute, function in marked.items():
        options: Mapping[str, Any] = _reader.parse_hookimpl_opts(plugin, attribute) or {}
        hook = options.get("specname") or attribute
        if hook in HOOKS:
            _check_arguments(hook, function, name)
        elif not options.get("optionalhook"):
            near = nearest(hook, HOOKS)
            guess = (
                f"did you mean {_written(near, HOOKS[near])}?" if near else f"choose from {', '.join(sorted(HOOKS))}"
            )
            raise HookError(
                f"the hooks {name} implement {_written(hook, function)}, but there is no such hook: {guess}"
            )


def _check_arguments(hook: str, function: Callable[..., object], name: str) -> None:
    """Check that an implementation has no argument that its hook does not have, and is not async."""
    if inspect.iscoroutinefunction(function):
        raise HookError(f"the hooks {name} implement {hook} with async, but hooks are not awaited: write def")
    offered = inspect.signature(HOOKS[hook]).parameters
    unknown = [taken for taken in inspect.signature(function).parameters if taken not in {*offered, "self"}]
    if unknown:
        raise HookError(
            f"the hooks {name} implement {_written(hook, function)}, but the hook is {_written(hook, HOOKS[hook])}: "
            f"it has no {' and no '.join(unknown)}; take any of its arguments, by these names"
        )


def _written(hook: str, function: Callable[..., object]) -> str:
    """Return the signature of a function as in source code, with the name of the hook."""
    return f"{hook}{inspect.signature(function)}".replace("'", "")
