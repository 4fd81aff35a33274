"""Devices that torch can compute on."""

from __future__ import annotations

import warnings

import torch

from minidl_core.errors import InputError
from minidl_core.quoting import quoted, shortened


def open_device(name: str, dtype: torch.dtype = torch.float32) -> torch.device:
    """Return the device of that name, such as `cpu` or `cuda:0`, once it has held and given back a number of the type.

    Raises:
        InputError: there is no such device here, or it has no such numbers.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are no longer used: what matters is whether they work
        try:
            device = torch.device(name)
            torch.ones(1, device=device, dtype=dtype).item()
        except Exception as error:  # noqa: BLE001 - torch raises what it likes, down to a module that it lacks
            raise InputError(f"device {quoted(name)} cannot be used here{_reason(error)}: write device=cpu") from None
    if device.type == "cpu" and device.index:
        raise InputError(f"device {quoted(name)} cannot be used here: all processors are one device, cpu")
    return device


def _reason(error: Exception) -> str:
    """Return what torch says of a device, where that is said to users."""
    said = str(error).partition("\n")[0].partition(". ")[0]
    raw = isinstance(error, ImportError) or any(sign in said for sign in ("ASSERT", "aten::", "Tensor."))
    return " (this torch does not support it)" if raw or not said else f" ({shortened(said, 200)})"
