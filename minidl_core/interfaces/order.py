"""Calls out of order: explained when they fail, at no cost to those that are in order."""

from __future__ import annotations

import inspect
from typing import Any

from minidl_core.errors import OrderError


class Guard:
    """Stands in for a method of a component until it has succeeded once, then steps aside.

    A method that is called before the one that prepares for it finds an attribute missing.

    Args:
        component: whose method it is.
        method: its name.
        earlier: the method that sets what it needs.
    """

    def __init__(self, component: Any, method: str, earlier: str) -> None:
        self.component = component
        self.method = method
        self.earlier = earlier

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the method.

        Raises:
            OrderError: what the earlier method sets is missing.
        """
        try:
            result = self._bound()(*arguments, **named)
        except AttributeError as error:
            who = f"{self.component.label()}.{self.method}"
            if error.obj is not self.component:
                raise
            raise OrderError(
                f"{who} was called before {self.earlier} (there is no '{error.name}' yet): call {self.earlier} first"
            ) from error
        if vars(self.component).get(self.method) is self:  # and nobody has put another in its place
            delattr(self.component, self.method)
        return result

    def _bound(self) -> Any:
        """Return the method as it would be found without the guard."""
        kind = type(self.component)
        raw = inspect.getattr_static(kind, self.method)
        return raw.__get__(self.component, kind) if hasattr(raw, "__get__") else raw
