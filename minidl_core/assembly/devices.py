"""Devices that torch can compute on."""

from __future__ import annotations

import warnings

import torch

from minidl_core.errors import InputError
from minidl_core.quoting import quoted, shortened


def open_device(name: str, dtype: torch.dtype = torch.float32) -> torch.device:
    """Return the device of a name such as `cpu` or `cuda:0`, after trying it with a number of the type.

    Raises:
        InputError: the device does not exist, or does not support the type.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about deprecated names, which may still work
        try:
            device = torch.device(name)
            torch.ones(1, device=device, dtype=dtype).item()
        except Exception as error:  # noqa: BLE001 - torch raises many types, even ImportError
            raise InputError(f"device {quoted(name)} cannot be used here{_reason(error)}: write device=cpu") from None
    if device.type == "cpu" and device.index:
        raise InputError(f"device {quoted(name)} cannot be used here: all processors are one device, cpu")
    return device


def _reason(error: Exception) -> str:
    """Return torch's reason in parentheses if it is meant for users, else that torch does not support the device."""
    if "Expected one of" in str(error):
        return " (torch knows no device of this name)"
    said = str(error).partition("\n")[0].partition(". ")[0]
    raw = isinstance(error, ImportError) or any(sign in said for sign in ("ASSERT", "aten::", "Tensor."))
    return " (this torch does not support it)" if raw or not said else f" ({shortened(said, 200)})"
