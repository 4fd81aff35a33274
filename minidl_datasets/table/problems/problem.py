"""Problems of a table, with the settings that solve them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from minidl_core import DataError

SHOWN = 100
"""The maximum number of problems in a message; the others are counted."""


class Problem(DataError):  # noqa: N818 - it is collected more often than raised
    """A problem, with the settings that solve it.

    Args:
        text: a sentence that begins with its subject (`column 'x' …`), without the name of the table.
        settings: the proposed settings; a tuple is added to the user's list, a text or number replaces the setting.
    """

    def __init__(self, text: str, **settings: str | int | tuple[str, ...]) -> None:
        super().__init__(text)
        self.text = text
        self.settings = settings


class Problems(DataError):  # noqa: N818 - as above
    """All problems of a table.

    Args:
        name: the name of the table.
        found: the problems, at least one.
        columns: the names of the columns.
        advice: a line of settings that solves all problems; empty if there is none.
    """

    def __init__(self, name: str, found: Iterable[Problem], columns: Iterable[str] = (), advice: str = "") -> None:
        self.name = name
        self.columns = tuple(columns)
        self.found = tuple(found)
        self.advice = advice
        super().__init__(self._message())

    def with_advice(self, advice: str) -> Self:
        """Return the same problems with a line of settings that solves them."""
        return type(self)(self.name, self.found, self.columns, advice)

    def _message(self) -> str:
        lines = [problem.text for problem in self.found[:SHOWN]]
        if len(self.found) > 1:
            lines = [f"{self.name} has {len(self.found)} problems:", *(f"- {line}" for line in lines)]
        else:
            lines = [f"{self.name}: {lines[0]}"]
        if len(self.found) > SHOWN:
            lines.append(f"- and {len(self.found) - SHOWN} more")
        if self.advice:
            lines.append(f"Proposed: {self.advice}")
        return "\n".join(lines)


class ProblemCollector:
    """Collects the problems raised in its `with` blocks, so that all are reported together."""

    def __init__(self, name: str, columns: Iterable[str] = ()) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.found: list[Problem] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        """Collect problems; other errors propagate."""
        if isinstance(error, Problem):
            self.found.append(error)
        elif isinstance(error, Problems):
            self.found.extend(error.found)
        return isinstance(error, Problem | Problems)

    @property
    def problems(self) -> Problems | None:
        """All collected problems; None if there are none."""
        return Problems(self.name, self.found, self.columns) if self.found else None

    def check(self) -> None:
        """Raise all collected problems, if any."""
        if self.problems is not None:
            raise self.problems
