"""Words that bash splits are merged."""

from __future__ import annotations

import pytest

from minidl_core.cli.bash_completion import merge_bash_words, replacement_for


def bash(*words: str, at: int | None = None) -> dict[str, str]:
    """Return what bash hands over to complete the last word, or the one at a place."""
    return {
        "_MINIDL_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1 if at is None else at),
    }


@pytest.mark.parametrize(
    ("words", "merged"),
    [
        (["minidl", "run"], ["minidl", "run"]),
        (["minidl", "run", ""], ["minidl", "run", ""]),
        (["minidl", "run", "--layers", "re"], ["minidl", "run", "--layers", "re"]),
        (["minidl", "run", "--layers", "linear", ":"], ["minidl", "run", "--layers", "linear:"]),
        (["minidl", "run", "--layers", "linear", ":", "25,re"], ["minidl", "run", "--layers", "linear:25,re"]),
        (["minidl", "run", "--loss", "mse", ":", "reduction", "="], ["minidl", "run", "--loss", "mse:reduction="]),
        (
            ["minidl", "run", "--loss", "mse", ":", "reduction", "=", "m"],
            ["minidl", "run", "--loss", "mse:reduction=m"],
        ),
        (["minidl", "run", "--loss", "=", "mse", ":", "red"], ["minidl", "run", "--loss=mse:red"]),
        (["minidl", "run", "--loss", "="], ["minidl", "run", "--loss="]),
        (["minidl", "run", "--data", "table", "::", "x"], ["minidl", "run", "--data", "table::x"]),
        (
            ["minidl", "run", "--loss", "mse", ":", "a", "=", "b", "--lay"],
            ["minidl", "run", "--loss", "mse:a=b", "--lay"],
        ),
        (["minidl", "run", "--loss", "mse", ":", "a", "=", "b", ""], ["minidl", "run", "--loss", "mse:a=b", ""]),
        (["minidl", "run", "--layers", "'2*(linear:2"], ["minidl", "run", "--layers", "'2*(linear:2"]),
    ],
)
def test_words_are_merged_around_colons_and_equal_signs(words: list[str], merged: list[str]) -> None:
    environment = bash(*words)

    merge_bash_words(environment)

    assert environment["COMP_WORDS"].split("\n") == merged
    assert environment["COMP_CWORD"] == str(len(merged) - 1)


def test_words_after_the_cursor_are_dropped() -> None:
    environment = bash("minidl", "run", "--loss", "mse", ":", "re", "--epochs", "3", at=5)

    merge_bash_words(environment)

    assert environment["COMP_WORDS"].split("\n") == ["minidl", "run", "--loss", "mse:re"]
    assert environment["COMP_CWORD"] == "3"


@pytest.mark.parametrize("environment", [{}, {"_MINIDL_COMPLETE": "complete_zsh", "COMP_WORDS": "a\n:\nb"}])
def test_other_shells_and_plain_runs_are_not_affected(environment: dict[str, str]) -> None:
    before = dict(environment)

    merge_bash_words(environment)

    assert environment == before


@pytest.mark.parametrize(
    ("word", "completed", "rest"),
    [
        ("re", "relu", "relu"),
        ("linear:25,re", "linear:25,relu", "25,relu"),
        ("linear:", "linear:bias=", "bias="),
        ("mse:reduction=m", "mse:reduction=mean", "mean"),
    ],
)
def test_bash_gets_the_text_after_the_last_sign_and_other_shells_all_of_it(
    word: str, completed: str, rest: str
) -> None:
    assert replacement_for(word, completed, bash("minidl", "run", "--layers", word)) == rest
    assert replacement_for(word, completed, {}) == completed
    assert replacement_for(word, completed, {"_MINIDL_COMPLETE": "complete_zsh"}) == completed


def test_the_end_of_a_word_counts_as_a_completion_of_the_word() -> None:
    rest = replacement_for("linear:25,re", "linear:25,relu", bash("minidl", "run", "linear:25,re"))

    assert rest.startswith("linear:25,re")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quoted_word_is_replaced_as_a_whole(quote: str) -> None:
    assert (
        replacement_for("2*(mse:r", "2*(mse:reduction=", bash("minidl", "run", f"{quote}2*(mse:r"))
        == "2*(mse:reduction="
    )
