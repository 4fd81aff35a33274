"""Where a part's author has written the formula of a gradient."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from minidl_core.testing.numerics.gradient_check import INPUT, PREDICTION

SYMBOLS = {INPUT: "x", PREDICTION: "y"}
"""The symbols of docstrings; parameters have their own names."""


def locate_formula(part: type[Any], names: Iterable[str]) -> str:
    """Return which gradients a wrong backward computes, and the file and line of that method.

    Args:
        part: the class of the layer or loss.
        names: the inputs and parameters whose gradients are wrong.
    """
    symbols = ", ".join(f"∂ℓ/∂{SYMBOLS.get(name, name)}" for name in names)
    method = inspect.unwrap(part.backward)
    code = getattr(method, "__code__", None)
    where = f", line {code.co_firstlineno} of {Path(code.co_filename).name}" if code else ""
    return f"{symbols} in {method.__qualname__}{where}"
