"""Targets: the processor that code is generated and compiled for."""

from __future__ import annotations

from dataclasses import dataclass

from minidl_native.kernels.view import DType


@dataclass(frozen=True, slots=True)
class Target:
    """A processor, and the width of its vectors.

    Attributes:
        lanes_f32: the float32 numbers of a vector.
        lanes_f64: the float64 numbers of a vector.
        triple: LLVM's name of the architecture and the system; empty for that of this machine.
        cpu: LLVM's name of the processor.
        features: what the processor has, as LLVM writes it: `+avx2,-avx512f`.
    """

    lanes_f32: int
    lanes_f64: int
    triple: str = ""
    cpu: str = ""
    features: str = ""

    def lanes(self, dtype: DType) -> int:
        """Return the elements of a vector; a bool takes as many bits as the float32 numbers it is computed from."""
        return self.lanes_f32 if dtype in {"f32", "b1"} else self.lanes_f64
