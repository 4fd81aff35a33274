"""Completion in bash, whose words end at `:` and `=` while ours go on."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping

SIGNS = {":", "="}
"""Bash gives each run of these as a word of its own."""

INSTRUCTION = "_MINIDL_COMPLETE"


def rejoin_words(environment: MutableMapping[str, str] = os.environ) -> None:
    """Put together again what bash took apart, where this process was started to complete a word in bash.

    `--layers linear:25,re` reaches a program as the words `--layers`, `linear`, `:` and `25,re`, of which the last alone
    can be replaced.
    """
    if environment.get(INSTRUCTION) != "complete_bash":
        return
    words = environment.get("COMP_WORDS", "").split("\n")
    at = int(environment.get("COMP_CWORD", "0"))
    joined: list[str] = []
    for index, word in enumerate(words[: at + 1]):
        glued = bool(joined) and (set(word) <= SIGNS and word != "" or _ends_open(words[index - 1]))
        joined[-1:] = [joined[-1] + word] if glued else [*joined[-1:], word]
    environment["COMP_WORDS"] = "\n".join(joined)
    environment["COMP_CWORD"] = str(len(joined) - 1)


def replaced_part(word: str, environment: Mapping[str, str] = os.environ) -> int:
    """Return where in a word the part begins that the shell replaces by a completion."""
    if environment.get(INSTRUCTION) != "complete_bash":
        return 0
    return 1 + max(word.rfind(sign) for sign in SIGNS)


def _ends_open(word: str) -> bool:
    return word != "" and set(word) <= SIGNS
