"""Targets: the processor that code is generated and compiled for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from minidl_native.kernels.view import DType


@dataclass(frozen=True, slots=True)
class Target:
    """A processor, and the width of its vectors.

    Attributes:
        lanes_f32: the float32 numbers of a vector.
        lanes_f64: the float64 numbers of a vector.
        registers: the number of vector registers.
        masks: whether loads and stores of some lanes of a vector are as quick as those of all.
        clock: how cycles are read.
        triple: LLVM's name of the architecture and the system; empty for that of this machine.
        cpu: LLVM's name of the processor.
        features: what the processor has, as LLVM writes it: `+avx2,-avx512f`.
        threads: the threads that a step may use; only large products use more than one, by the BLAS.
    """

    lanes_f32: int
    lanes_f64: int
    registers: int = 16
    masks: bool = False
    clock: Literal["x86", "arm64"] = "x86"
    triple: str = ""
    cpu: str = ""
    features: str = ""
    threads: int = 1

    def lanes(self, dtype: DType) -> int:
        """Return the elements of a vector; a bool takes as many bits as the float32 numbers it is computed from."""
        return self.lanes_f32 if dtype in {"f32", "b1"} else self.lanes_f64
