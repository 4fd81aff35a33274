"""The tables of a comparison."""

from __future__ import annotations

from dataclasses import replace

import pytest

from minidl_compare import Comparison, compare_with_torch
from minidl_compare.comparison_result import Quartiles, StepTime
from minidl_compare.table import show
from minidl_core import RunConfig


def shown(result: Comparison, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """Return the words of each line that is printed."""
    capsys.readouterr()
    show(result)
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def row(lines: list[list[str]], name: str, number: int = 0) -> list[str]:
    """Return the cells of a row, of the first table that has one of that name, or of a later one."""
    return [line for line in lines if line[:1] == [name]][number][1:]


def test_both_engines_have_columns(capsys: pytest.CaptureFixture[str]) -> None:
    config = RunConfig(data="disk:train=60:test=60", epochs=2, engine="native")
    result = compare_with_torch(config)
    lines = shown(result, capsys)
    assert row(lines, "milliseconds") == ["minidl", "in", "Python", "PyTorch"]
    spent = [1000 * result.seconds(side, "total")[0] for side in result.sides]
    assert list(map(float, row(lines, "total"))) == pytest.approx(spent, rel=1e-3)
    ratios = [float(cell) for cell in row(lines, "total", 1) if cell != "to"]
    expected = [spent[2] / spent[0]] * 3 + [spent[2] / spent[1]] * 3
    assert ratios == pytest.approx(expected, abs=0.01)
    assert len(row(lines, "accuracy")) == 3
    assert ["minidl's", "engine:", "native"] in lines


def test_python_has_no_column_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    result = compare_with_torch(RunConfig(data="disk:train=60:test=60", epochs=2, engine="python"))
    lines = shown(result, capsys)
    assert row(lines, "milliseconds") == ["minidl", "PyTorch"]
    assert len(row(lines, "total")) == 2
    assert ["minidl's", "engine:", "python"] in lines


def test_times_of_steps_have_a_ratio_for_each_engine(capsys: pytest.CaptureFixture[str]) -> None:
    result = compare_with_torch(RunConfig(data="disk:train=60:test=60", epochs=1, engine="python"))
    spent = [
        dict.fromkeys(("forward", "backward", "update", "step"), seconds) for seconds in (1.234e-6, 0.0123456, 4e-6)
    ]
    step = StepTime(1000, spent[0], spent[1], Quartiles(200, 190, 210), spent[2], Quartiles(50, 49, 51))
    lines = shown(replace(result, steps={"points": [step]}), capsys)
    assert row(lines, "1,000") == ["1.23", "4", "12,346", "200.00", "50.00"]
    lines = shown(replace(result, steps={"points": [replace(step, python=None, ratio_python=None)]}), capsys)
    assert row(lines, "1,000") == ["1.23", "12,346", "200.00"]
