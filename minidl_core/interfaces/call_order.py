"""Errors that explain calls out of order and attributes that were never set, at no cost to calls in order."""

from __future__ import annotations

import inspect
from typing import Any

from minidl_core.errors import OrderError
from minidl_core.suggestions import nearest


class CallOrderGuard:
    """Wraps a method of a component until it has succeeded once, then removes itself.

    A method that is called before the one that prepares for it fails with a missing attribute, as does a method that
    misspells the attribute.

    Args:
        component: the component.
        method: the name of the method.
        earlier: the name of the method that has to be called first.
    """

    def __init__(self, component: Any, method: str, earlier: str) -> None:
        self.component = component
        self.method = method
        self.earlier = earlier

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the method.

        Raises:
            OrderError: an attribute that the earlier method should have set is missing.
        """
        try:
            result = self._bound()(*arguments, **named)
        except AttributeError as error:
            if error.obj is not self.component or error.name is None:
                raise
            raise OrderError(self._explained(error.name)) from error
        if vars(self.component).get(self.method) is self:  # and was not replaced
            delattr(self.component, self.method)
        return result

    def _explained(self, missing: str) -> str:
        """Return the message about a missing attribute; whether the earlier method was called is not known."""
        near = nearest(missing, [name for name in vars(self.component) if name not in self.component.order])
        return (
            f"{self.component.label()}.{self.method} needs self.{missing}, which is not set: call {self.earlier} "
            f"first, and set it there" + (f"; or did you mean self.{near}?" if near else "")
        )

    def _bound(self) -> Any:
        """Return the method without the guard, bound to the component."""
        kind = type(self.component)
        raw = inspect.getattr_static(kind, self.method)
        return raw.__get__(self.component, kind) if hasattr(raw, "__get__") else raw
