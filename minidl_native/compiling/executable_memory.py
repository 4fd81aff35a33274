"""Whether the system lets programs make machine code: LLVM does not notice where it does not, and crashes."""

from __future__ import annotations

import ctypes
import mmap
import sys


def may_execute_own_memory() -> bool:
    """Whether memory that was written may be made executable, which hardened systems refuse.

    systemd's `MemoryDenyWriteExecute` and SELinux do. Windows is not examined.
    """
    if sys.platform == "win32":
        return True
    memory = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory[0] = 1
    protect = ctypes.CDLL(None).mprotect
    protect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    view = ctypes.c_char.from_buffer(memory)
    refused = protect(ctypes.addressof(view), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC)
    del view
    memory.close()
    return not refused
