from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.environments import ROOT

PROGRAM = """
import sys
from tests.support.small_runs import small_run
from minidl_native.recording.record_step import record_step
record_step(small_run("linear:5,batch_norm,gelu,dropout,linear:2", "mse", "adam"), 10)
print(sorted({"sympy", "torch._dynamo"} & set(sys.modules)))
"""


@pytest.mark.slow
def test_recording_imports_neither_sympy_nor_dynamo() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
