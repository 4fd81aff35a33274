"""Calls out of order: explained when they fail, at no cost to those that are in order."""

from __future__ import annotations

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

    def __call__(self, *arguments: Any) -> Any:
        """Call the method.

        Raises:
            OrderError: what the earlier method sets is missing.
        """
        try:
            result = getattr(type(self.component), self.method)(self.component, *arguments)
        except AttributeError as error:
            who = f"{self.component.label()}.{self.method}"
            if error.obj is not self.component:
                raise
            raise OrderError(
                f"{who} was called before {self.earlier} (there is no '{error.name}' yet): call {self.earlier} first"
            ) from error
        vars(self.component).pop(self.method, None)
        return result
