"""The nearest known name is proposed."""

from __future__ import annotations

import pytest

from minidl_core.suggestions import did_you_mean, nearest

KNOWN = ["batch_norm", "Dropout", "linear", "relu"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("liner", "linear"), ("LINAER", "linear"), ("dropuot", "Dropout"), ("batchnorm", "batch_norm"), ("rel", "relu")],
)
def test_a_mistyped_name_suggests_the_nearest_as_it_is_written(typed: str, meant: str) -> None:
    assert nearest(typed, KNOWN) == meant
    assert did_you_mean(typed, KNOWN) == f"did you mean '{meant}'?"


def test_the_nearest_of_several_similar_names_wins() -> None:
    assert nearest("relu", ["relu6", "relu", "elu"]) == "relu"
    assert nearest("epoch", ["epochs", "epoche_x", "each"]) == "epochs"


@pytest.mark.parametrize("typed", ["xyz", "", "∂"])
def test_a_name_like_no_other_lists_all_known_sorted(typed: str) -> None:
    assert nearest(typed, KNOWN) is None
    assert did_you_mean(typed, reversed(["b", "a"])) == "known are: a, b"


def test_where_nothing_is_known_that_is_said() -> None:
    assert did_you_mean("relu", iter(())) == "none are known"
