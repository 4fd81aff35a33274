from __future__ import annotations

import ctypes
import gc
import threading

import pytest

from minidl_native.codegen.code import Code
from minidl_native.codegen.run_function import RUN_ALL
from minidl_native.codegen.target import Target
from minidl_native.compiling.compile_code import CompilationError, compile_code, emit_object
from minidl_native.compiling.compiled_program import CompiledProgram
from minidl_native.compiling.processor import host_target

SUM = """
define i64 @run(ptr %table, i64 %steps) {
  %first = load i64, ptr %table
  %sum = add i64 %first, %steps
  ret i64 %sum
}
"""

VECTORS = """
define i64 @run(ptr %table, i64 %steps) {
  %x = load <16 x float>, ptr %table, align 4
  %y = call <16 x float> @llvm.fma.v16f32(<16 x float> %x, <16 x float> %x, <16 x float> %x)
  store <16 x float> %y, ptr %table, align 4
  ret i64 %steps
}
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>)
"""


def compiled(code: Code, target: Target) -> CompiledProgram:
    return compile_code(None, lambda: code, target)


def test_compiled_code_runs_on_a_table_or_its_address() -> None:
    program = compiled(Code(SUM, scratch=64), host_target())
    table = (ctypes.c_int64 * 1)(40)
    assert (program.run(table, 2), program.run(ctypes.addressof(table), 3)) == (42, 43)
    assert program.scratch == 64


def test_vectors_wider_than_the_processors_are_split() -> None:
    table = (ctypes.c_float * 16)(*range(16))
    assert compiled(Code(VECTORS, 0), host_target()).run(table, 1) == 1
    assert list(table) == [x * x + x for x in range(16)]


def test_code_runs_as_long_as_its_program_is_there_and_is_freed_afterwards() -> None:
    table = (ctypes.c_int64 * 1)(1)
    for _ in range(20):
        program = compiled(Code(SUM, 0), host_target())
        gc.collect()
        assert program.run(table, 1) == 2


def test_code_may_contain_assembly() -> None:
    code = Code(SUM.replace("  ret", '  call void asm sideeffect "nop", ""()\n  ret'), 0)
    assert compiled(code, host_target()).run((ctypes.c_int64 * 1)(40), 2) == 42


def test_several_threads_run_a_program_at_the_same_time() -> None:
    waits = """
    define i64 @run(ptr %table, i64 %steps) {
      %mine = atomicrmw add ptr %table, i64 1 seq_cst
      br label %wait
    wait:
      %count = load atomic i64, ptr %table seq_cst, align 8
      %together = icmp sge i64 %count, 2
      br i1 %together, label %end, label %wait
    end:
      ret i64 %mine
    }
    """
    program, table, results = compiled(Code(waits, 0), host_target()), (ctypes.c_int64 * 1)(), []
    threads = [threading.Thread(target=lambda: results.append(program.run(table, 1)), daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == [0, 1]


@pytest.mark.parametrize("ir", ["define nonsense", SUM.replace("add", "addd"), "define i64 @run(i64 %x) {}"])
def test_invalid_code_is_an_error_of_compilation(ir) -> None:
    with pytest.raises(CompilationError):
        compiled(Code(ir, 0), host_target())


def test_a_target_that_llvm_does_not_know_is_an_error_of_compilation() -> None:
    with pytest.raises(CompilationError):
        compiled(Code(SUM, 0), Target(4, 2, triple="abacus-unknown-none"))


def test_equal_code_gives_equal_objects() -> None:
    assert emit_object(VECTORS, host_target()) == emit_object(VECTORS, host_target())


def test_several_runs_take_their_steps_in_one_call() -> None:
    program = compiled(Code(SUM + RUN_ALL, 0), host_target())
    tables = [(ctypes.c_int64 * 1)(number) for number in (10, 20, 30)]
    assert program.run_all([ctypes.addressof(table) for table in tables], 4) == [14, 24, 34]
