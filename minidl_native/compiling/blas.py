"""The matrix products of the BLAS that PyTorch uses."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path
from typing import Literal

import torch

LIBRARIES = {"linux": "libtorch_cpu.so", "darwin": "libtorch_cpu.dylib", "win32": "torch_cpu.dll"}
"""The library that has them, by system."""


@cache
def gemm_address(dtype: Literal["f32", "f64"]) -> int:
    """Return the address of `sgemm_` or `dgemm_`, in Fortran's interface; 0 if PyTorch's library does not export it."""
    path = Path(torch.__file__).parent / "lib" / LIBRARIES.get(sys.platform, "")
    try:
        function = getattr(ctypes.CDLL(str(path)), "sgemm_" if dtype == "f32" else "dgemm_")
    except (OSError, AttributeError):
        return 0
    return ctypes.cast(function, ctypes.c_void_p).value or 0
