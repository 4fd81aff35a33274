"""The ranges of optimizers' settings."""

from __future__ import annotations

from typing import SupportsFloat

from minidl_core import SettingError

LARGEST_LR = 1e30
"""Larger than any useful learning rate, and within the range of float32."""

LARGEST = 1e8
"""The same for other settings; products of two, such as lr times weight_decay, are within the range too."""


def require_range(optimizer: str, setting: str, value: float, highest: float, lowest: float = 0) -> None:
    """Check that a setting is a number from lowest to highest, both included.

    Raises:
        SettingError: it is out of range, NaN, or not a number.
    """
    if not (isinstance(value, SupportsFloat) and lowest <= value <= highest):
        raise SettingError(optimizer, setting, value, f"a number from {lowest:g} to {highest:g}")
