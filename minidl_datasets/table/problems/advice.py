"""Writes the line of settings that solves the problems of a table."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from minidl_core import Component, component_spec
from minidl_datasets.table.problems.problem import Problem
from minidl_datasets.table.problems.setting_text import join_names, split_column_names

LISTS = ("ignore", "categorical", "dates")
"""Settings that list columns; an ignored column is removed from the others."""


def advice_line(table: Component, columns: Sequence[str], problems: Iterable[Problem]) -> str:
    """Return `--data '…'` with the user's settings and those proposed for the problems, quoted for a shell.

    Args:
        table: the dataset with the user's settings.
        columns: the names of its columns.
        problems: the problems to solve.

    Returns:
        the line; empty if settings cannot solve some problem.
    """
    settings, problems = dict(table.settings), list(problems)
    if not all(problem.settings for problem in problems):
        return ""
    lists = {name: list(split_column_names(settings.get(name, ""), columns)) for name in LISTS}
    for problem in problems:
        for name, value in problem.settings.items():
            if name in LISTS and isinstance(value, tuple):
                lists[name] += [column for column in value if column not in lists[name]]
            else:
                settings[name] = _merged(settings.get(name), value)
    if not set(columns) - {settings.get("target"), *lists["ignore"]}:
        return ""
    for name, names in lists.items():
        kept = [column for column in names if name == "ignore" or column not in lists["ignore"]]
        settings[name] = join_names(kept, columns)
    written = {name: value for name, value in settings.items() if value or name not in LISTS}
    written |= {name: Path(settings[name]) for name in ("path", "test") if settings.get(name) is not None}
    return f"--data {shlex.quote(str(component_spec('dataset', type(table)(**written))))}"


def _merged(old: Any, new: Any) -> Any:
    """Return the combination of a setting and a proposal: texts are joined, the larger number is used."""
    if isinstance(new, tuple):
        known = old.split("+") if old else []
        return "+".join([*known, *(text for text in new if text not in known)])
    return max(old or new, new) if isinstance(new, int) else new
