"""Calls out of order, and attributes never set: explained when they fail, at no cost to calls in order."""

from __future__ import annotations

import inspect
from typing import Any

from minidl_core.errors import OrderError
from minidl_core.suggestions import nearest


class CallOrderGuard:
    """Stands in for a method of a component until it has succeeded once, then steps aside.

    A method that is called before the one that prepares for it finds an attribute missing, as does one that spells it
    otherwise than where it is set.

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
            OrderError: an attribute of the component is missing, which the earlier method is to set.
        """
        try:
            result = self._bound()(*arguments, **named)
        except AttributeError as error:
            if error.obj is not self.component or error.name is None:
                raise
            raise OrderError(self._explained(error.name)) from error
        if vars(self.component).get(self.method) is self:  # and nobody has put another in its place
            delattr(self.component, self.method)
        return result

    def _explained(self, missing: str) -> str:
        """Return what to do about a missing attribute: whether the earlier method was called is not known."""
        near = nearest(missing, [name for name in vars(self.component) if name not in self.component.order])
        return (
            f"{self.component.label()}.{self.method} needs self.{missing}, which nothing has set: call {self.earlier} "
            f"first, and set it there" + (f"; or did you mean self.{near}?" if near else "")
        )

    def _bound(self) -> Any:
        """Return the method as it would be found without the guard."""
        kind = type(self.component)
        raw = inspect.getattr_static(kind, self.method)
        return raw.__get__(self.component, kind) if hasattr(raw, "__get__") else raw
