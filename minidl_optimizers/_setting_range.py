"""The ranges of optimizers' settings."""

from __future__ import annotations

from typing import SupportsFloat

from minidl_core import SettingError

LARGEST_LR = 1e30
"""Far beyond any use, and still within the range of float32."""

LARGEST = 1e8
"""Likewise for other settings: products of two settings, such as lr times weight_decay, stay in the range too."""


def require_range(optimizer: str, setting: str, value: float, highest: float, lowest: float = 0) -> None:
    """Check that a setting is in its range, the ends included.

    Raises:
        SettingError: it is not, NaN, or no number.
    """
    if not (isinstance(value, SupportsFloat) and lowest <= value <= highest):
        raise SettingError(optimizer, setting, value, f"a number from {lowest:g} to {highest:g}")
