"""Create new plugins: complete distributions that install, pass their tests and run by name."""

from minidl_core.scaffolding.creating import Scaffold, create

__all__ = ["Scaffold", "create"]
