"""Notices about decisions of a dataset, and the line that counts its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

REASONS = {"without_target": "no target", "with_missing_inputs": "missing inputs"}
"""Reasons for dropping rows, by their keys in `Data.rows`."""


@dataclass(frozen=True)
class Notice:
    """A decision of a dataset that users should know about; `str` returns it as a line of text.

    Args:
        message: a sentence without a full stop, such as `column 'unit' is constant and gives no input`.
        warning: True if the user should act on it. Default: False.
    """

    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{'Warning' if self.warning else 'Note'}: {self.message}"


def data_json(rows: Mapping[str, int], notices: Sequence[Notice]) -> dict[str, Any]:
    """Return rows and notices as plain JSON values: the entry `data` of a result."""
    return {"rows": dict(rows), "notices": [asdict(notice) for notice in notices]}


def rows_line(rows: Mapping[str, int]) -> str:
    """Return the row counts as a line: `398 rows read, 4 dropped (no target), 316 to train with, 78 to test with`."""
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
