"""Completion in bash, whose words end at `:` and `=` while ours go on."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping

SIGNS = {":", "="}
"""Bash gives each run of these as a word of its own."""

INSTRUCTION = "_MINIDL_COMPLETE"


def merge_bash_words(environment: MutableMapping[str, str] = os.environ) -> None:
    """Put together again what bash took apart, where this process was started to complete a word in bash.

    `--layers linear:25,re` reaches a program as the words `--layers`, `linear`, `:` and `25,re`, of which the last
    alone can be replaced.
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
    """Return what the shell is to put in place of the part of a word that it replaces, so that it is `completed`."""
    if environment.get(INSTRUCTION) != "complete_bash" or _quoted(environment.get("COMP_WORDS", "")):
        return completed
    return _Rest(completed[1 + max(word.rfind(sign) for sign in SIGNS) :])


class _Rest(str):
    """The rest of a completed word; Typer drops a completion that does not start with what was typed, and this does."""

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        return True


def _quoted(words: str) -> bool:
    """Tell whether the last word is in quotes, so that bash replaces it whole."""
    last = words.rpartition("\n")[2]
    return any(last.count(quote) % 2 for quote in ("'", '"'))


def _ends_open(word: str) -> bool:
    return word != "" and set(word) <= SIGNS
