"""One line in a test file gives an author a test per check and case."""

from __future__ import annotations

import subprocess
import sys

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


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the output of one pytest run with a correct and a wrong layer, in which warnings are errors."""
    folder = tmp_path_factory.mktemp("author")
    (folder / "test_swish.py").write_text(TEST_FILE.replace("SIGN", "1"))
    (folder / "test_wrong.py").write_text(TEST_FILE.replace("SIGN", "-1"))
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "-rs"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1, done.stdout
    return done.stdout


def test_each_check_and_case_is_a_test_with_its_own_name(output: str) -> None:
    lines = output.splitlines()
    for name in (
        "test_gradients_match_central_differences[beta=2.0-shape=3x8-batch=7-training] PASSED",
        "test_backward_replaces_gradients_instead_of_adding_to_them[beta=2.0-shape=4] PASSED",
        "test_saving_and_loading_preserves_the_output[beta=2.0-shape=4] SKIPPED",
    ):
        assert any(line.startswith(f"test_swish.py::TestSwish::{name}") for line in lines), output
    assert not any(line.startswith("test_swish.py") and "FAILED" in line for line in lines), output
    assert "Swish is not registered" in output


def test_a_fault_is_reported_without_a_traceback(output: str) -> None:
    assert "beta=2.0, shape=4, batch=1, training: the gradient of the input is wrong at" in output
    assert "probable cause: it has the wrong sign; formula to check: ∂ℓ/∂x in Swish.backward, line 14" in output
    assert "minidl_core" not in output.partition("short test summary")[0]
    assert "12 failed" in output


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
