from __future__ import annotations

import subprocess
import sys

import pytest

from minidl_native.compiling.executable_memory import may_execute_own_memory

REFUSING = """
import ctypes
refused = ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0  # PR_SET_MDWE: memory that was written never becomes executable
from minidl_native.compiling.processor import unavailable
print(unavailable() if refused else "not Linux 6.3")
"""


def test_tests_may_make_machine_code() -> None:
    assert all(may_execute_own_memory() for _ in range(3))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can refuse it to a process")
def test_a_system_that_refuses_machine_code_is_a_reason() -> None:
    done = subprocess.run([sys.executable, "-c", REFUSING], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    if done.stdout.startswith("not Linux"):
        pytest.skip("this kernel cannot refuse it to a process")
    assert done.stdout.startswith("the system does not let programs make machine code")
