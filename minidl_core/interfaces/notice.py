"""What became of the rows of a dataset, and what it decided on its own, for people to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

REASONS = {"without_target": "no target", "with_missing_inputs": "missing inputs"}
"""Why rows are dropped, by their keys in `Data.rows`."""


@dataclass(frozen=True)
class Notice:
    """A decision about the data that could surprise; `str` gives it as a line for people.

    Args:
        message: a sentence without a full stop, such as `column 'unit' is constant and gives no input`.
        warning: whether the user should act on it.
    """

    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{'Warning' if self.warning else 'Note'}: {self.message}"


def data_json(rows: Mapping[str, int], notices: Sequence[Notice]) -> dict[str, Any]:
    """Return rows and notices as the plain values of a result's entry `data`."""
    return {"rows": dict(rows), "notices": [asdict(notice) for notice in notices]}


def rows_line(rows: Mapping[str, int]) -> str:
    """Return the numbers of rows as `398 rows read, 4 dropped (no target), 316 to train with, 78 to test with`."""
    parts = [f"{rows['read']:,} rows read"] if "read" in rows else []
    if rows.get("dropped"):
        parts.append(f"{rows['dropped']:,} dropped{_reasons(rows)}")
    parts += [f"{rows[part]:,} to {part} with" for part in ("train", "test") if part in rows]
    line = ", ".join(parts)
    return line if "read" in rows else line.replace(" to train", " rows to train", 1)


def _reasons(rows: Mapping[str, int]) -> str:
    reasons = {words: rows[key] for key, words in REASONS.items() if rows.get(key)}
    if not reasons:
        return ""
    listed = reasons if len(reasons) == 1 else [f"{count:,} {words}" for words, count in reasons.items()]
    return f" ({', '.join(listed)})"
