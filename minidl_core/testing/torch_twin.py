"""The part of PyTorch that a part declares to do the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from minidl_core.interfaces.component import Component
from minidl_core.testing.check_case import ConformanceError, NotCheckedError, describe_failure
from minidl_core.testing.numerics.comparison import require_same, require_tensor

TOLERANCE = 1e-8
"""How far numbers of float64 may differ, relative to the largest: far more than rounding, far less than a formula."""

HINT = "correct the part, or take out its torch_twin"


def twin_of(part: Component, *arguments: Any) -> Any:
    """Return the twin that a part declares.

    Raises:
        NotCheckedError: it declares none.
        ConformanceError: it fails to make one, or does not know the part's settings.
    """
    make: Callable[..., Any] | None = getattr(part, "torch_twin", None)
    if make is None:
        raise NotCheckedError("it declares no torch_twin to be compared with")
    if isinstance(make, type) and part.settings:
        raise ConformanceError(
            f"its torch_twin is the class {make.__name__}, which does not know its settings",
            "write a method that makes it with the settings of self",
        )
    return call_twin(make, *arguments)


def call_twin(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a twin's function returns.

    Raises:
        ConformanceError: it fails.
    """
    try:
        return function(*arguments)
    except Exception as error:
        raise ConformanceError(f"its PyTorch twin fails: {describe_failure(error)}") from error


def require_as_twin(what: str, found: Tensor, twins: object) -> None:
    """Check that a result is that of the twin.

    Raises:
        ConformanceError: it is not.
    """
    expected = require_tensor(f"{what} of its PyTorch twin", twins, found).detach()
    require_same(f"{what}, compared with that of its PyTorch twin,", found, expected, TOLERANCE, HINT)
