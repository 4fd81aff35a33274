"""The core of minidl: interfaces, spec grammar, registry, hooks, assembly, the training loop, the command line.

Users and authors of plugins write `import minidl`, which has the same names. `__init__.pyi` lists them; each is loaded
when it is first used, so that importing this package is light.
"""

from minidl_core.public_names import attach_names

__getattr__, __dir__, __all__ = attach_names(__name__)
