"""Places in a run where plugins can act."""

from minidl_core.hooks.fitting import check_fit, implementations
from minidl_core.hooks.manager import fire, hook_manager, load_hooks, taking_part
from minidl_core.hooks.markers import hookimpl

__all__ = ["check_fit", "fire", "hook_manager", "hookimpl", "implementations", "load_hooks", "taking_part"]
