"""One line in a test file gives an author a test per check and case."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TEST_FILE = """
from torch import Tensor
from minidl_core import Module
from minidl_core.testing import conformance

class Swish(Module):
    def __init__(self, beta: float = 1.0) -> None:
        self.beta = beta

    def forward(self, x: Tensor) -> Tensor:
        self.x, self.s = x, (self.beta * x).sigmoid()
        return x * self.s

    def backward(self, grad_output: Tensor) -> Tensor:
        return SIGN * grad_output * (self.s + self.beta * self.x * self.s * (1 - self.s))

TestSwish = conformance(Swish, settings=[{"beta": 2.0}], shapes=[(4,), (3, 8)])
"""


@pytest.fixture
def tested(tmp_path: Path) -> Path:
    """Return a folder with the one-line test of a correct layer, and settings that make warnings errors."""
    (tmp_path / "test_swish.py").write_text(TEST_FILE.replace("SIGN", "1"))
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    return tmp_path


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_each_check_and_case_is_a_test_with_its_own_name(tested: Path) -> None:
    done = pytest_in(tested, "-v", "-rs")
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    for name in (
        "test_gradients_match_central_differences[beta=2.0-shape=3x8-batch=7-training] PASSED",
        "test_backward_replaces_gradients_instead_of_adding_to_them[beta=2.0-shape=4] PASSED",
        "test_saving_and_loading_preserves_the_output[beta=2.0-shape=4] SKIPPED",
    ):
        assert any(line.startswith(f"test_swish.py::TestSwish::{name}") for line in lines), done.stdout
    assert "Swish is not registered" in done.stdout


def test_a_fault_is_reported_without_a_traceback(tested: Path) -> None:
    (tested / "test_swish.py").write_text(TEST_FILE.replace("SIGN", "-1"))
    done = pytest_in(tested, "-q")
    assert done.returncode == 1
    assert "beta=2.0, shape=4, batch=1, training: the gradient of the input is wrong at" in done.stdout
    assert "probable cause: it has the wrong sign" in done.stdout
    assert "minidl_core" not in done.stdout.partition("short test summary")[0]
    assert "12 failed" in done.stdout


def test_the_kit_works_without_pytest() -> None:
    code = (
        "import sys; sys.modules['pytest'] = None; from minidl_core.testing import check; "
        "from minidl_core import Module\n"
        "class Same(Module):\n"
        "    def forward(self, x): return x\n"
        "    def backward(self, grad_output): return grad_output\n"
        "print(check(Same).passed)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
