"""Hooks: functions of plugins that are called at certain points of a run."""

from minidl_core.hooks.manager import active_hooks, fire, hook_manager, load_hooks
from minidl_core.hooks.markers import hookimpl
from minidl_core.hooks.validation import check_implementations, implementations

__all__ = ["active_hooks", "check_implementations", "fire", "hook_manager", "hookimpl", "implementations", "load_hooks"]
