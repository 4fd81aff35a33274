"""minidl: a mini deep-learning framework made of plugins, with hand-written forward and backward passes.

    import minidl

    result = minidl.fit("3*(linear:25,relu),linear:2", "disk", epochs=20)
    minidl.save(result.model, "model.safetensors")

All names come from `minidl_core`, whose `__init__.pyi` lists them. Each is loaded when it is first used, so that
importing this package is light.
"""

import sys

import minidl_core
from minidl_core import __all__, __dir__  # noqa: F401 - what `from minidl import *` and `dir(minidl)` read


def __getattr__(name: str) -> object:
    """Load a public name when it is first used (PEP 562)."""
    if name not in __all__:
        message = f"module 'minidl' has no attribute '{name}'"
        raise AttributeError(message, name=name, obj=sys.modules[__name__])
    value = globals()[name] = getattr(minidl_core, name)
    return value
