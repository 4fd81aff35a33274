"""Shows defaults such as `RunConfig.epochs` as their values in the reference of the Python names."""

from __future__ import annotations

from typing import Any

import griffe


class DefaultValues(griffe.Extension):
    """Replaces a default that is an attribute of one of minidl's classes by the value of the attribute."""

    def on_function(self, *, func: griffe.Function, loader: griffe.GriffeLoader, **_: Any) -> None:
        """Replace the defaults of a function's parameters."""
        for parameter in func.parameters:
            name, _, attribute = str(parameter.default).partition(".")
            path = func.module.resolve(name) if attribute.isidentifier() and name in func.module.members else ""
            if path.startswith(f"{func.package.path}."):
                parameter.default = loader.modules_collection[f"{path}.{attribute}"].value
