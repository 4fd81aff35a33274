"""Compiled recordings: a recorded step or evaluation as machine code."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from minidl_native.codegen.code import Code
from minidl_native.codegen.generate import generate
from minidl_native.compiling.blas import gemm_address
from minidl_native.compiling.compile_code import CompilationError, compile_code
from minidl_native.compiling.processor import host_target
from minidl_native.lowering.lower import lower
from minidl_native.lowering.random_numbers import drawn_source
from minidl_native.passes.improve import improve
from minidl_native.planning.fusing import fuse
from minidl_native.planning.memory import plan_memory
from minidl_native.recording.recording import Recording
from minidl_native.recording.unreplayable import Unreplayable


class CompiledRecording:
    """A recording as machine code, for all runs that are alike.

    Args:
        recording: the recorded step or evaluation.
        key: its key.
        threads: the threads that it may use.

    Attributes:
        recording: the recording.
        program: its kernels.
        layout: where their storages lie.
        target: the processor.
        code: the machine code.
        drawn_source: the number of the generator that random numbers are drawn from before the steps, or None.
    """

    def __init__(self, recording: Recording, key: str, threads: int) -> None:
        self.recording = recording
        self.drawn_source = drawn_source(recording)
        self.program = fuse(improve(lower(recording)))
        self.layout = plan_memory(self.program)
        has_blas = threads > 1 and gemm_address(recording.dtype) != 0
        self.target = replace(host_target(), threads=threads if has_blas else 1)
        self.code = compile_code(key, self._generated, self.target)

    def _generated(self) -> Code:
        return generate(self.program, self.layout, self.target)


MOST_KEPT = 32
"""The number of compiled recordings to keep, because hooks may change settings back and forth."""

_kept: dict[tuple[str, int], CompiledRecording] = {}


def compiled(recording: Recording, threads: int) -> CompiledRecording:
    """Return the machine code of a recording.

    Args:
        recording: the recording.
        threads: the threads that it may use.

    Raises:
        Unreplayable: there is no machine code for one of its operations.
    """
    key = key_of(recording)
    try:
        found = _kept.pop((key, threads), None) or CompiledRecording(recording, key, threads)
    except (NotImplementedError, CompilationError) as error:
        raise Unreplayable(f"has operations that cannot be compiled: {error}") from error
    _kept[key, threads] = found  # as the last one
    for oldest in list(_kept)[:-MOST_KEPT]:
        del _kept[oldest]
    return found


def key_of(recording: Recording) -> str:
    """Return a key that is equal for recordings of equal operations."""
    return hashlib.sha256(repr(recording).encode()).hexdigest()
