"""Stored programs: machine code as the content of a file."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

MAGIC = b"minidl native 1\n"
"""The first bytes of each file, with the version of the format."""

_HEADER = struct.Struct("<qq")
"""The length of the identity, and the scratch memory."""


@dataclass(frozen=True, slots=True)
class StoredProgram:
    """The machine code of a program.

    Attributes:
        identity: of what and for what the machine code was made; a program is used only where it is equal.
        scratch: the bytes of memory that kernels need in the arena (see `Code`).
        machine_code: an object file.
    """

    identity: str
    scratch: int
    machine_code: bytes

    def to_bytes(self) -> bytes:
        """Return the content of a file, with a checksum."""
        identity = self.identity.encode()
        content = _HEADER.pack(len(identity), self.scratch) + identity + self.machine_code
        return MAGIC + hashlib.sha256(content).digest() + content

    @classmethod
    def from_bytes(cls, written: bytes, identity: str) -> StoredProgram | None:
        """Return the program in the content of a file; None if it is damaged or of another identity."""
        start = len(MAGIC) + hashlib.sha256().digest_size
        checksum, content = written[len(MAGIC) : start], written[start:]
        if not written.startswith(MAGIC) or hashlib.sha256(content).digest() != checksum:
            return None
        length, scratch = _HEADER.unpack_from(content)
        code_start = _HEADER.size + length
        if content[_HEADER.size : code_start] != identity.encode():
            return None
        return cls(identity, scratch, content[code_start:])
