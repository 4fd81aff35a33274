"""The processor of this machine, as a target of the compiler."""

from __future__ import annotations

import platform
import struct
import sys
from functools import cache

from minidl_native.codegen.target import Target
from minidl_native.compiling.executable_memory import may_execute_own_memory
from minidl_native.compiling.llvm import llvm_binding

X86_64, ARM64 = {"x86_64", "amd64"}, {"aarch64", "arm64"}
"""How systems name the supported architectures, in lower case."""

OLDEST_LLVMLITE = (0, 44)
"""The oldest version of llvmlite that works: older ones have no pointers without types."""


@cache
def unavailable() -> str:
    """Return why code cannot be compiled for this machine, in one sentence; empty if it can."""
    machine = platform.machine().lower()
    if machine not in X86_64 | ARM64:
        return f"the processor is {machine or 'unknown'}: only x86-64 with AVX2 and arm64 are supported"
    if struct.calcsize("P") * 8 != 64 or sys.byteorder != "little":  # noqa: PLR2004 - bits
        return "this Python is not a 64-bit program: install a 64-bit Python"
    if problem := _problem_of_llvmlite():
        return problem
    if machine in X86_64 and not {"avx2", "fma"} <= _features():
        return "the processor has no AVX2 and FMA, which x86-64 processors have had since 2013 to 2015"
    if not may_execute_own_memory():
        return (
            "the system does not let programs make machine code: allow it, as with MemoryDenyWriteExecute=no in systemd"
        )
    return ""


@cache
def host_target() -> Target:
    """Return this machine's processor; `unavailable` says whether there is a usable one.

    Vectors have 512 bits with AVX-512, 256 with AVX2 and 128 otherwise.
    """
    binding, features = llvm_binding(), _features()
    is_x86 = platform.machine().lower() in X86_64
    bits = 512 if {"avx512f", "avx512vl", "avx512dq", "avx512bw"} <= features else 256 if "avx2" in features else 128
    flags = _flags()
    if is_x86:  # LLVM avoids vectors of 512 bits on some processors, which slows wide products down
        flags = f"{flags},-prefer-256-bit" if flags else "-prefer-256-bit"
    return Target(
        lanes_f32=bits // 32,
        lanes_f64=bits // 64,
        registers=16 if bits == 256 else 32,  # noqa: PLR2004 - AVX2
        masks=bits == 512,  # noqa: PLR2004 - AVX-512
        clock="x86" if is_x86 else "arm64",
        triple=binding.get_process_triple(),
        cpu=binding.get_host_cpu_name(),
        features=flags,
    )


def _problem_of_llvmlite() -> str:
    """Return why llvmlite cannot be used, or an empty text."""
    needed = ".".join(map(str, OLDEST_LLVMLITE))
    install = f'run python -m pip install "llvmlite>={needed}"'
    try:
        import llvmlite  # noqa: PLC0415 - may be missing

        found = str(llvmlite.__version__)
        if _version(found) < OLDEST_LLVMLITE:
            return f"llvmlite {found} is too old: {install}"
        llvm_binding()
    except ModuleNotFoundError as error:
        return f"{error.name} is not installed: {install}"
    except Exception as error:  # noqa: BLE001 - a broken library fails in many ways, and all of them are the answer
        return f"llvmlite cannot be loaded ({type(error).__name__}: {error}): {install}"
    return ""


def _version(text: str) -> tuple[int, int]:
    """Return the first two numbers of a version; versions that are not numbers count as new."""
    major, _, rest = text.partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else OLDEST_LLVMLITE


def _features() -> set[str]:
    """Return the names of what the processor has."""
    return {flag[1:] for flag in _flags().split(",") if flag.startswith("+")}


@cache
def _flags() -> str:
    """Return what the processor has and lacks, as LLVM writes it; empty where LLVM cannot tell."""
    try:
        return str(llvm_binding().get_host_cpu_features().flatten())
    except RuntimeError:
        return ""
