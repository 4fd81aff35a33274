"""The command and its output."""

from __future__ import annotations

import math

import minidl
import pytest
from minidl.testing import conformance

from minidl_swish.curve import curve, tabulate

TestCurve = conformance(curve)


def test_points_lie_on_the_curve_and_slopes_are_its_derivatives() -> None:
    below, at, above = tabulate("tanh", 0.5 - 1e-6, 0.5 + 1e-6, 3)
    assert at.x == pytest.approx(0.5)
    assert at.y == pytest.approx(math.tanh(0.5))
    assert at.slope == pytest.approx((above.y - below.y) / 2e-6)


def test_points_include_both_ends_and_a_single_point_is_the_first() -> None:
    assert [point.x for point in tabulate("relu", -1, 1, 3)] == [-1, 0, 1]
    assert [point.x for point in tabulate("relu", -1, 1, 1)] == [-1]


def test_layers_with_several_outputs_are_refused() -> None:
    with pytest.raises(minidl.ShapeError, match=r"linear:3 has outputs of shape \(3,\)"):
        tabulate("linear:3", -1, 1, 3)


def test_it_prints_a_row_for_each_point(capsys: pytest.CaptureFixture[str]) -> None:
    curve("relu", -1, 1, 3)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["x", "y", "dy/dx"]
    assert rows[1] == ["-1.0000", "0.0000", "0.0000"]
    assert rows[3] == ["1.0000", "1.0000", "1.0000"]
