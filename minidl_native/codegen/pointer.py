"""Pointers: the arguments of the functions of kernels."""

from __future__ import annotations

from dataclasses import dataclass

from minidl_native.kernels.view import DType


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer argument, and the type of the elements that it points to."""

    name: str
    dtype: DType
