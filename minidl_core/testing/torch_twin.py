"""The equivalent part of PyTorch that a part declares as its `torch_twin`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from minidl_core.interfaces.component import Component
from minidl_core.testing.check_case import ConformanceError, NotCheckedError, describe_failure
from minidl_core.testing.numerics.comparison import require_same, require_tensor

TOLERANCE = 1e-8
"""The maximum relative difference in float64: far more than rounding, far less than another formula makes."""

HINT = "correct the part, or remove its torch_twin"


def twin_of(part: Component, *arguments: Any) -> Any:
    """Return the PyTorch twin that a part declares.

    Raises:
        NotCheckedError: it declares none.
        ConformanceError: making the twin fails, or the twin ignores the part's settings.
    """
    make: Callable[..., Any] | None = getattr(part, "torch_twin", None)
    if make is None:
        raise NotCheckedError("it declares no torch_twin to compare with")
    if isinstance(make, type) and part.settings:
        raise ConformanceError(
            f"its torch_twin is the class {make.__name__}, which does not receive its settings",
            "write torch_twin as a method that makes the twin with the settings of self",
        )
    return call_twin(make, *arguments)


def call_twin(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return the result of a twin's function.

    Raises:
        ConformanceError: it fails.
    """
    try:
        return function(*arguments)
    except Exception as error:
        raise ConformanceError(f"its PyTorch twin fails: {describe_failure(error)}") from error


def require_as_twin(what: str, found: Tensor, result: object) -> None:
    """Check that a result equals that of the twin.

    Raises:
        ConformanceError: it does not.
    """
    expected = require_tensor(f"{what} of its PyTorch twin", result, found).detach()
    require_same(f"{what}, compared with that of its PyTorch twin,", found, expected, TOLERANCE, HINT)
