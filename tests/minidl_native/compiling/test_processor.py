from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from minidl_native.compiling import processor
from minidl_native.compiling.processor import host_target, unavailable


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    for function in (processor.unavailable, processor.host_target):
        function.cache_clear()


@pytest.fixture
def machine(monkeypatch) -> Callable[[str, str], None]:
    """Return a function that replaces the processor, and forgets what was found out about the one before."""

    def change(name: str, flags: str) -> None:
        monkeypatch.setattr(platform, "machine", lambda: name)
        monkeypatch.setattr(processor, "_flags", lambda: flags)
        processor.unavailable.cache_clear()
        processor.host_target.cache_clear()

    return change


def test_this_machine_can_be_compiled_for() -> None:
    assert unavailable() == ""
    target = host_target()
    assert target.lanes_f32 == 2 * target.lanes_f64 >= 4
    assert target.cpu


@pytest.mark.parametrize(
    ("name", "flags", "lanes", "last"),
    [
        ("x86_64", "+avx2,+fma,+avx512f,+avx512vl,+avx512dq,+avx512bw", 16, "-prefer-256-bit"),
        ("x86_64", "+avx2,+fma,+avx512f,-avx512vl", 8, "-prefer-256-bit"),
        ("AMD64", "+avx2,+fma,-avx512f", 8, "-prefer-256-bit"),
        ("arm64", "+neon,+sve", 4, "+sve"),
        ("aarch64", "", 4, ""),
    ],
)
def test_vectors_are_as_wide_as_those_of_the_processor(machine, name, flags, lanes, last) -> None:
    machine(name, flags)
    assert unavailable() == ""
    target = host_target()
    assert (target.lanes_f32, target.lanes_f64) == (lanes, lanes // 2)
    assert (target.registers, target.masks) == (16 if lanes == 8 else 32, lanes == 16)
    assert target.clock == ("arm64" if lanes == 4 else "x86")
    assert target.features.rpartition(",")[2] == last
    assert (target.lanes("f32"), target.lanes("f64"), target.lanes("i64")) == (lanes, lanes // 2, lanes // 2)


@pytest.mark.parametrize(
    ("name", "flags", "reason"),
    [
        ("x86_64", "+avx,+sse4.2,-avx2,-fma", "the processor has no AVX2 and FMA"),
        ("x86_64", "", "the processor has no AVX2 and FMA"),
        ("riscv64", "", "the processor is riscv64: only x86-64 with AVX2 and arm64 are supported"),
        ("", "", "the processor is unknown"),
    ],
)
def test_other_processors_are_not_supported(machine, name, flags, reason) -> None:
    machine(name, flags)
    assert unavailable().startswith(reason)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (None, "llvmlite is not installed: run python -m pip install"),
        (SimpleNamespace(__version__="0.43.0"), "llvmlite 0.43.0 is too old: run python -m pip install"),
        (SimpleNamespace(__version__="0.9"), "llvmlite 0.9 is too old"),
        (SimpleNamespace(), "llvmlite cannot be loaded (AttributeError"),
    ],
)
def test_the_reason_names_what_is_wrong_with_llvmlite(monkeypatch, found, reason) -> None:
    processor.unavailable.cache_clear()
    monkeypatch.setitem(sys.modules, "llvmlite", found)
    assert unavailable().startswith(reason)


def test_a_library_that_cannot_be_loaded_is_a_reason(monkeypatch) -> None:
    def fail() -> None:
        raise OSError("libllvmlite.so: cannot open shared object file")

    processor.unavailable.cache_clear()
    monkeypatch.setattr(processor, "llvm_binding", fail)
    assert unavailable().startswith("llvmlite cannot be loaded (OSError: libllvmlite.so")
