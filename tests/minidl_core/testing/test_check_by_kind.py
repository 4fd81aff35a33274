"""One public function per kind of part."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

import minidl_core as minidl
from minidl_core.testing import ConformanceReport
from tests.support import third_party_layers as layers
from tests.support import third_party_losses as losses
from tests.support import third_party_metrics as metrics
from tests.support import third_party_optimizers as optimizers


class Points(minidl.Dataset):
    """Eight random points."""

    def load(self, seed: int) -> minidl.Data:
        source = minidl.generator(seed)
        samples = minidl.Samples(*(layers.torch.randn(8, 2, generator=source).double() for _ in range(2)))
        return minidl.Data(train=samples, test=samples, task="regression")


class Quiet:
    """Does nothing."""

    @minidl.hookimpl
    def minidl_run_ended(self) -> None:
        """Do nothing."""


def greet() -> None:
    """Say hello."""
    typer.echo("hello")


CALLS: list[tuple[Callable[..., ConformanceReport], Any]] = [
    (minidl.check_layer, layers.Swish),
    (minidl.check_loss, losses.LogCosh),
    (minidl.check_optimizer, optimizers.Lion),
    (minidl.check_metric, metrics.LargestError),
    (minidl.check_dataset, Points),
    (minidl.check_hook, Quiet),
    (minidl.check_command, greet),
]


@pytest.mark.parametrize(("call", "part"), CALLS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_function_returns_a_report_that_prints_itself(call: Callable[..., ConformanceReport], part: Any) -> None:
    report = call(part)
    assert report.passed, str(report)
    assert str(report).startswith(f"{report.kind} {report.part}: 0 failed, ")
    assert repr(report) == str(report)


@pytest.mark.parametrize(("call", "part"), CALLS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_part_of_another_kind_is_refused_with_the_function_to_call(
    call: Callable[..., ConformanceReport], part: Any
) -> None:
    other = layers.Swish if part is not layers.Swish else losses.LogCosh
    kind = "layer" if other is layers.Swish else "loss"
    with pytest.raises(minidl.InputError, match=rf"is a {kind}, not a \w+: call check_{kind}$"):
        call(other)


def test_settings_shapes_reference_and_level_have_an_effect() -> None:
    report = minidl.check_layer(layers.Swish, settings=[{"beta": 2.0}], shapes=[(3, 4)], level="basic")
    assert {"beta=2.0, shape=3x4, batch=7"} <= {outcome.case for outcome in report.outcomes}
    assert {outcome.level for outcome in report.outcomes} == {"basic"}
    report = minidl.check_optimizer(optimizers.Plain, reference=lambda value, grad: value - 0.02 * grad)
    assert [finding.check for finding in report.findings] == ["its first step equals the reference"]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(minidl.InputError, match="level must be basic or full, not 'easy'"):
        minidl.check_layer(layers.Swish, level="easy")  # type: ignore[arg-type]


def test_an_instance_is_refused_with_the_class_to_give() -> None:
    with pytest.raises(minidl.InputError, match=r"give its class, Swish, and settings=\[\{'beta': 2.0\}\]"):
        minidl.check_layer(layers.Swish(2.0))  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_part_that_exits_or_prints_does_not_end_the_check(tmp_path: Path) -> None:
    (tmp_path / "rude.py").write_text(
        "import minidl_core as minidl\n"
        "class Rude(minidl.Module):\n"
        "    def forward(self, x):\n"
        "        print('ahoy')\n"
        "        raise SystemExit(0)\n"
    )
    command = [sys.executable, "-m", "minidl_core", "check", "--plugin", "rude.py", "rude", "--shape", "4"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "SystemExit: 0 (line 5 of rude.py, in forward)" in done.stdout
    assert "ahoy" in done.stderr
    assert "ahoy" not in done.stdout


@pytest.mark.slow
def test_the_functions_are_listed_without_importing_torch() -> None:
    code = "import sys, minidl_core; print('check_layer' in dir(minidl_core), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
