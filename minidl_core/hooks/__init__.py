"""Places in a run where plugins can act."""

from minidl_core.hooks.manager import fire, hook_manager
from minidl_core.hooks.markers import hookimpl

__all__ = ["fire", "hook_manager", "hookimpl"]
