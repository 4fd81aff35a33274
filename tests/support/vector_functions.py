"""Runs vector functions that are printed as LLVM IR on arrays."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from minidl_native.codegen.code import Code
from minidl_native.codegen.mathematics import define, name
from minidl_native.codegen.target import Target
from minidl_native.compiling.compile_code import compile_code
from minidl_native.compiling.compiled_program import CompiledProgram
from minidl_native.compiling.processor import host_target
from minidl_native.kernels.view import DType

LOOP = """
{definition}
define i64 @run(ptr %table, i64 %steps) {{
  %in.slot = getelementptr ptr, ptr %table, i64 0
  %in = load ptr, ptr %in.slot
  %second.slot = getelementptr ptr, ptr %table, i64 1
  %second = load ptr, ptr %second.slot
  %out.slot = getelementptr ptr, ptr %table, i64 2
  %out = load ptr, ptr %out.slot
  br label %loop
loop:
  %i = phi i64 [0, %0], [%next, %loop]
  %x.at = getelementptr {vector}, ptr %in, i64 %i
  %x = load {vector}, ptr %x.at, align 4
  %y.at = getelementptr {vector}, ptr %second, i64 %i
  %y = load {vector}, ptr %y.at, align 4
  %r = call {vector} {name}({arguments})
  %r.at = getelementptr {vector}, ptr %out, i64 %i
  store {vector} %r, ptr %r.at, align 4
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %steps
  br i1 %more, label %loop, label %end
end:
  ret i64 %steps
}}
"""


def vector_function(
    function: str, dtype: DType, lanes: int | None = None, target: Target | None = None
) -> Callable[..., np.ndarray[Any, Any]]:
    """Return a function of arrays, compiled for vectors of a number of elements, by default the processor's."""
    target = target or host_target()
    lanes = lanes or target.lanes(dtype)
    program, number = _compiled(function, dtype, lanes, target), np.float32 if dtype == "f32" else np.float64

    def apply(*arrays: Any) -> np.ndarray[Any, Any]:
        flat = np.broadcast_arrays(*[np.asarray(array, number) for array in arrays])
        count = -(-flat[0].size // lanes)
        padded = [np.concatenate([each.ravel(), np.zeros(count * lanes - each.size, number)]) for each in flat]
        out = np.empty(count * lanes, number)
        table = (ctypes.c_void_p * 3)(padded[0].ctypes.data, padded[-1].ctypes.data, out.ctypes.data)
        program.run(table, count)
        return out[: flat[0].size].reshape(flat[0].shape)

    return apply


def narrower(target: Target, lanes_f32: int) -> Target:
    """Return a target without the features that have wider vectors."""
    gone = "-avx512f,-avx512vl,-avx512dq,-avx512bw,-evex512"
    return replace(target, lanes_f32=lanes_f32, lanes_f64=lanes_f32 // 2, cpu="haswell", features=gone)


@cache
def _compiled(function: str, dtype: DType, lanes: int, target: Target) -> CompiledProgram:
    vector = f"<{lanes} x {'float' if dtype == 'f32' else 'double'}>"
    arguments = f"{vector} %x, {vector} %y" if function == "pow" else f"{vector} %x"
    ir = LOOP.format(
        definition=define(function, dtype, lanes), vector=vector, name=name(function, dtype, lanes), arguments=arguments
    )
    return compile_code(None, lambda: Code(ir, 0), target)
