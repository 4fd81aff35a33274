"""Global options: read before any command, because they apply to all of them."""

from __future__ import annotations

from collections.abc import Sequence

from minidl_core.errors import InputError
from minidl_core.registry import Policy
from minidl_core.registry.plugin_policy_sources import split_names

TAKING_NAMES = {"--block", "--prefer"}
SWITCHES = {"--no-plugins", "--strict", "--debug", "--no-color"}


def split_global_options(words: Sequence[str]) -> tuple[list[str], Policy]:
    """Return a command line without its global options, and their policy for plugins.

    They may stand anywhere on the line before a `--`.

    Raises:
        InputError: an option that takes names has none.
    """
    rest: list[str] = []
    names: dict[str, dict[str, str]] = {option: {} for option in TAKING_NAMES}
    switches: set[str] = set()
    left = list(words)
    while left:
        word = left.pop(0)
        option, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *left]
            break
        if option in TAKING_NAMES:
            names[option] |= dict.fromkeys(_names(option, value if equals else left.pop(0) if left else ""), option)
        elif word in SWITCHES:
            switches.add(word)
        else:
            rest.append(word)
    own_only, strict = (switch if switch in switches else "" for switch in ("--no-plugins", "--strict"))
    return rest, Policy(names["--block"], names["--prefer"], own_only, strict)


def _names(option: str, value: str) -> list[str]:
    names = split_names(value)
    if not names or names[0].startswith("-"):
        raise InputError(f"{option} needs names, such as {option} acme: minidl plugins lists them")
    return names
