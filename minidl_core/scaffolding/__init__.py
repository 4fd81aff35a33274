"""New plugins: complete distributions that install, pass their tests and run by name as they are made."""

from minidl_core.scaffolding.creating import Scaffold, create

__all__ = ["Scaffold", "create"]
