"""What all tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Completed = subprocess.CompletedProcess[str]


@pytest.fixture
def minidl(tmp_path: Path) -> Callable[..., Completed]:
    """Return a function that runs the installed command with arguments, in a folder of the test's own."""
    program = Path(sys.executable).with_name("minidl")
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("_MINIDL", "COMP_", "FORCE_COLOR"))}

    def run(*arguments: str, **environment: str) -> Completed:
        return subprocess.run(
            [program, *arguments],
            cwd=tmp_path,
            env=plain | {"COLUMNS": "200"} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run
