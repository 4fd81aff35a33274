"""A column that mixes numbers or dates with other texts: the problem, and the setting that solves it."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from minidl_datasets.table.columns.settings import ColumnSettings
from minidl_datasets.table.columns.texts import missing_texts_in
from minidl_datasets.table.problems.setting_text import format_setting
from minidl_datasets.table.reading.source import TableSource

FEW_SPELLINGS = 2
LONGEST_SPELLING = 15

USUAL = (
    r"(?i)^([^\p{L}\p{N}]+|none|nil|missing|unknown|unk|na|n\.a\.?|nd|n\.d\.?|not available|no data|[+-]?inf(inity)?|"
    r"#[a-z/0!?]+)$"
)
"""Signs and words that usually mark a missing number."""


@dataclass(frozen=True)
class MixedColumn:
    """The problem of a column that mixes numbers or dates with other texts.

    what: the problem, as a predicate: `should contain numbers, but 3 of its 20 values are not, such as '-' (line 4)`.
    solution: the setting that solves it, as it is written, and its condition; empty if there is none.
    settings: the same setting, for the advice.
    """

    what: str
    solution: str = ""
    settings: dict[str, str | tuple[str, ...]] = field(default_factory=dict)


def could_mark_missing(spellings: pl.Series, *, usual_only: bool) -> bool:
    """Return whether the other texts are few and short, or usual ones, so that they could mark missing values."""
    if (spellings.str.len_chars() > LONGEST_SPELLING).any() or spellings.str.contains(r"[0-9+]").any():
        return False
    usual_only = usual_only or len(spellings) > FEW_SPELLINGS
    return not usual_only or bool(spellings.str.contains(USUAL).all())


def mark_missing(
    kind: str, spellings: pl.Series, shown: str, source: TableSource, settings: ColumnSettings
) -> MixedColumn:
    """Return the problem that texts could mark missing values among numbers or dates, as `kind` says."""
    texts = (*spellings, *missing_texts_in(source.all_rows, settings.dialect))
    proposed: dict[str, str | tuple[str, ...]] = {"missing_values": texts}
    if settings.missing == "error":
        proposed["missing"] = "mean"
    return MixedColumn(
        f"contains texts among its {kind}, such as {shown}",
        f"{format_setting('missing_values', *texts)} if that marks a missing value",
        proposed,
    )


def count_others(others: int, values: int) -> str:
    """Return how many values are not of a kind, for messages."""
    return f"{others} of its {values} values {'is' if others == 1 else 'are'} not"
