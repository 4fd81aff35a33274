"""Global options are read before any command."""

from __future__ import annotations

import pytest

from minidl_core.cli.global_options import split_global_options
from minidl_core.errors import InputError
from minidl_core.registry import Policy


def test_global_options_may_stand_anywhere() -> None:
    line = "--block acme run --epochs 3 --strict --debug --block=zoo/swish,b --prefer a/b --layers relu --no-plugins"

    rest, policy = split_global_options(line.split())

    assert rest == ["run", "--epochs", "3", "--layers", "relu"]
    assert policy == Policy(
        dict.fromkeys(["acme", "zoo/swish", "b"], "--block"), {"a/b": "--prefer"}, "--no-plugins", "--strict"
    )


def test_a_line_without_global_options_has_an_empty_policy() -> None:
    assert split_global_options(["run", "--json"]) == (["run", "--json"], Policy())


def test_words_after_two_dashes_belong_to_the_command() -> None:
    words = ["run", "--", "--block", "acme", "--debug"]

    assert split_global_options(words) == (words, Policy())


@pytest.mark.parametrize("words", [["--block"], ["--block", ""], ["--block="], ["run", "--block", "--strict"]])
def test_an_option_without_names_is_an_error(words: list[str]) -> None:
    with pytest.raises(InputError, match="--block needs names, such as --block acme"):
        split_global_options(words)
