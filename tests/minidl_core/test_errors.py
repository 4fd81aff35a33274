"""The tree of errors, its texts and its exit statuses."""

from __future__ import annotations

import inspect
import re

import pytest

from minidl_core import errors
from minidl_core.errors import (
    InputError,
    MinidlError,
    RunError,
    SettingError,
    ShapeError,
    SpecError,
    TrainingInterrupted,
)

TREE = {
    name: value for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, MinidlError)
}


def test_the_tree_drawn_at_the_top_of_the_file_is_the_tree_of_the_classes() -> None:
    drawn: dict[str, str] = {}
    parents: list[str] = []
    for line in (errors.__doc__ or "").splitlines()[2:]:
        found = re.match(r"((?:[│ ] {3}|[├└]── )*)(\w+)", line)
        assert found is not None
        depth = len(found[1]) // 4
        parents[depth:] = [found[2]]
        drawn[found[2]] = parents[depth - 1] if depth else "Exception"

    assert drawn == {name: error.__bases__[0].__name__ for name, error in TREE.items()}


@pytest.mark.parametrize("error", TREE.values(), ids=TREE)
def test_the_exit_status_distinguishes_input_errors_failures_and_interruptions(error: type[MinidlError]) -> None:
    expected = 2 if issubclass(error, InputError) else 130 if issubclass(error, TrainingInterrupted) else 1

    assert error.exit_status == expected
    assert not issubclass(error, InputError) or not issubclass(error, RunError)


def test_a_spec_error_marks_the_position_below_the_text() -> None:
    error = SpecError("wrong", "relu,\tli\nnear", 6)

    assert str(error) == "wrong\n  relu, li near\n        ^"
    assert error.position == 6


def test_a_spec_error_without_a_position_is_its_message() -> None:
    assert str(SpecError("wrong")) == "wrong"
    assert SpecError("wrong").position is None


def test_a_setting_error_names_component_setting_value_and_range_and_is_a_value_error() -> None:
    error = SettingError("sgd", "lr", -1.0, "at least 0")

    assert str(error) == "sgd: lr must be at least 0, not -1.0"
    assert isinstance(error, ValueError)


def test_a_shape_error_is_located_by_the_chain() -> None:
    error = ShapeError("25 features", "write linear:25")

    located = error.located("linear at position 3", "relu before it gives 32 features")

    assert str(error) == "expects 25 features: write linear:25"
    assert (
        str(located)
        == "linear at position 3 expects 25 features, but relu before it gives 32 features: write linear:25"
    )
    assert (located.expected, located.hint) == ("25 features", "write linear:25")


def test_a_shape_error_needs_no_hint() -> None:
    assert str(ShapeError("images")) == "expects images"
    assert str(ShapeError("images").located("conv", "text came")) == "conv expects images, but text came"
