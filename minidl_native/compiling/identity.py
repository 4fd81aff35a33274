"""The identity of stored programs: of what and for what they were made."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from functools import cache
from pathlib import Path

import minidl_native
from minidl_native.codegen.target import Target
from minidl_native.compiling.llvm import llvm_binding


def identity(key: str, target: Target) -> str:
    """Return the identity of a program: its key, the processor, and the versions of all that made the machine code."""
    return "\n".join([key, *(f"{name} {value}" for name, value in asdict(target).items()), _versions()])


@cache
def _versions() -> str:
    """Return the versions of llvmlite and LLVM, and a hash of this package's files, whatever their version."""
    import llvmlite  # noqa: PLC0415 - takes time, and may be missing

    numbers = ".".join(map(str, llvm_binding().llvm_version_info))
    sources = _hash_of_sources(Path(minidl_native.__file__).parent)
    return f"llvmlite {llvmlite.__version__} LLVM {numbers} sources {sources}"


def _hash_of_sources(folder: Path) -> str:
    """Return a hash of all Python files in a folder."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()
