"""Completion in bash, which splits words at `:` and `=` where minidl does not."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping

SIGNS = {":", "="}
"""Bash passes each sequence of these signs as a separate word."""

INSTRUCTION = "_MINIDL_COMPLETE"


def merge_bash_words(environment: MutableMapping[str, str] = os.environ) -> None:
    """Merge the words that bash has split, if bash started this process to complete a word.

    `--layers linear:25,re` reaches a program as the words `--layers`, `linear`, `:` and `25,re`, and bash replaces only
    the last one.
    """
    if environment.get(INSTRUCTION) != "complete_bash":
        return
    words = environment.get("COMP_WORDS", "").split("\n")
    at = int(environment.get("COMP_CWORD", "0"))
    merged: list[str] = []
    for index, word in enumerate(words[: at + 1]):
        continues = bool(merged) and ((set(word) <= SIGNS and word != "") or _ends_open(words[index - 1]))
        merged[-1:] = [merged[-1] + word] if continues else [*merged[-1:], word]
    environment["COMP_WORDS"] = "\n".join(merged)
    environment["COMP_CWORD"] = str(len(merged) - 1)


def replacement_for(word: str, completed: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return the text that the shell inserts for the part of a word that it replaces, to get `completed`."""
    if environment.get(INSTRUCTION) != "complete_bash" or _quoted(environment.get("COMP_WORDS", "")):
        return completed
    return _Replacement(completed[1 + max(word.rfind(sign) for sign in SIGNS) :])


class _Replacement(str):
    """The end of a completed word, which Typer keeps although it does not start with what was typed."""

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        return True


def _quoted(words: str) -> bool:
    """Return whether the last word is in quotes, so that bash replaces all of it."""
    last = words.rpartition("\n")[2]
    return any(last.count(quote) % 2 for quote in ("'", '"'))


def _ends_open(word: str) -> bool:
    return word != "" and set(word) <= SIGNS
