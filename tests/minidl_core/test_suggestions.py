"""The most similar known name is suggested."""

from __future__ import annotations

import pytest

from minidl_core.suggestions import did_you_mean, nearest

KNOWN = ["batch_norm", "Dropout", "linear", "relu"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("liner", "linear"), ("LINAER", "linear"), ("dropuot", "Dropout"), ("batchnorm", "batch_norm"), ("rel", "relu")],
)
def test_a_misspelt_name_gets_the_most_similar_one_as_a_suggestion(typed: str, meant: str) -> None:
    assert nearest(typed, KNOWN) == meant
    assert did_you_mean(typed, KNOWN) == f"did you mean '{meant}'?"


def test_the_most_similar_of_several_names_is_suggested() -> None:
    assert nearest("relu", ["relu6", "relu", "elu"]) == "relu"
    assert nearest("epoch", ["epochs", "epoche_x", "each"]) == "epochs"


@pytest.mark.parametrize("typed", ["xyz", "", "∂"])
def test_a_name_without_a_similar_one_lists_all_known_names(typed: str) -> None:
    assert nearest(typed, KNOWN) is None
    assert did_you_mean(typed, reversed(["b", "a"])) == "choose from a, b"


def test_without_known_names_the_clause_says_so() -> None:
    assert did_you_mean("relu", iter(())) == "none are known"
