"""Texts with numbers among them: numbers with mistakes, with words for missing values, or in another form."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from minidl_datasets.table.columns import numbers
from minidl_datasets.table.columns.categories import could_be_category
from minidl_datasets.table.columns.mixed.currency_and_units import are_numbers_with_unit, share_without_letters
from minidl_datasets.table.columns.settings import ColumnSettings
from minidl_datasets.table.columns.texts import is_text, missing_texts_in, missing_to_null
from minidl_datasets.table.problems.quoting import quote
from minidl_datasets.table.problems.setting_text import format_setting
from minidl_datasets.table.reading.dialect import EQUIVALENT_SIGNS, Dialect
from minidl_datasets.table.reading.source import TableSource

LOOKED_AT = 8
"""This many texts must be numbers of a dialect before all are tried."""

LIKE_NUMBER = r"^[+-]?[0-9.,][0-9.,'’_\s]*([eE][+-]?[0-9]+)?$"
"""Digits and signs between them."""

FORMS = tuple((decimal, sign) for decimal in ".," for sign in ("", ",", ".", "'", " ", "_") if sign != decimal)
"""Decimal signs and signs between thousands, in the order in which they are tried."""

RANGE = r"^(([<>≤≥=]|up to|over|under)+ *[0-9.,]+.*|[0-9.,]+ *(\+|(-|–|to|/) *[0-9.,]+.*)|\d+\.\d+(\.\d+)+)$"
"""A range of numbers, one without an end, or a code of several numbers: 25-34, <25, 3+, 112/114, 1.10.3."""

FEW_SPELLINGS = 2
LONGEST_SPELLING = 15
FEWEST_NUMBERS = 3
"""Texts beside fewer different numbers than this are categories, unless they are usual for missing values."""

FEW_AMOUNTS = 10
"""This many different texts such as `5%` may be categories."""

MOST = 0.5
"""Of this share of texts without letters, the others count as mistakes."""

USUAL = (
    r"(?i)^([^\p{L}\p{N}]+|none|nil|missing|unknown|unk|na|n\.a\.?|nd|n\.d\.?|not available|no data|[+-]?inf(inity)?|"
    r"#[a-z/0!?]+)$"
)
"""Signs and words that usually stand for a missing number."""


@dataclass(frozen=True)
class MixedColumn:
    """What is amiss with texts among which there are numbers.

    what: a predicate, such as `should hold numbers, but 3 of its 20 values are not, such as '-' (line 4)`.
    way: the setting that solves it, as it is written, and when; empty where none does.
    settings: the same setting, for advice.
    """

    what: str
    way: str = ""
    settings: dict[str, str | tuple[str, ...]] = field(default_factory=dict)


def find_mixed_numbers(texts: pl.Series, source: TableSource, settings: ColumnSettings) -> MixedColumn | None:
    """Return what is amiss with texts, not all of which are plain numbers; None where nothing is.

    Args:
        texts: the column, null where missing.
        source: the table, for places and other columns.
        settings: how numbers and missing values are written, and what is done about the latter.
    """
    if (form := _other_form(texts, source, settings.dialect)) is not None:
        return form
    floats = numbers.floats_of(numbers.plain_form(texts, settings.dialect))
    found = len(floats) - floats.null_count()
    if not found:
        return _amounts(texts, settings.dialect)
    rows = (floats.is_null() & texts.is_not_null()).arg_true()
    others, shown = texts.gather(rows), source.examples(texts, rows)
    spellings = others.unique(maintain_order=True)
    if stand_for_missing(spellings, usual_only=floats.drop_nulls().n_unique() < FEWEST_NUMBERS):
        mixed = missing_placeholder("numbers", spellings, shown, source, settings)
        codes = floats.n_unique() <= FEW_AMOUNTS and not spellings.str.contains(USUAL).all()
        return replace(mixed, settings={}) if codes else mixed  # as likely categories, such as K, 1, 2, 3
    if others.str.contains(RANGE).all() and could_be_category(texts.drop_nulls(), settings.max_categories):
        return None
    if found < len(others):
        return _amounts(texts, settings.dialect)
    verb = "is" if len(others) == 1 else "are"
    return MixedColumn(
        f"should hold numbers, but {len(others)} of its {found + len(others)} values {verb} not, such as {shown}"
    )


def _other_form(texts: pl.Series, source: TableSource, dialect: Dialect) -> MixedColumn | None:
    """Return the decimal sign and the sign between thousands by which all texts are numbers."""
    first = texts.drop_nulls().head(LOOKED_AT)
    if not first.str.contains(LIKE_NUMBER).all():
        return None
    for decimal, sign in FORMS:
        other = Dialect(decimal=decimal, thousands=EQUIVALENT_SIGNS.get(sign, sign))
        if (decimal, other.thousands) == (dialect.decimal, dialect.thousands):
            continue
        if all(numbers.parse(part, other) is not None for part in (first, texts)):
            shown = quote(texts[numbers.rows_without_numbers(texts, dialect)[0]])
            if (column := _unlike(source, dialect, other)) is not None:
                return MixedColumn(f"holds numbers in another form than '{column}', such as {shown}")
            signs = {"decimal": (decimal, dialect.decimal), "thousands": (sign, dialect.thousands)}
            changed = {name: new for name, (new, old) in signs.items() if EQUIVALENT_SIGNS.get(new, new) != old}
            written = ":".join(format_setting(name, value) for name, value in changed.items())
            return MixedColumn(
                f"holds numbers in another form, such as {shown}", f"{written} to read them", dict(changed)
            )
    return None


def _amounts(texts: pl.Series, dialect: Dialect) -> MixedColumn | None:
    """Return that texts are numbers in a form that is not read, where they are more than a few."""
    values = texts.drop_nulls()
    if values.str.contains(RANGE).sum() > len(values) / 2 or values.n_unique() <= FEW_AMOUNTS:
        return None
    if not are_numbers_with_unit(values) and share_without_letters(values) < MOST:
        return None
    others = texts.gather(numbers.rows_without_numbers(texts, dialect))
    return MixedColumn(
        f"holds numbers in another form, such as {quote(others.filter(others.str.contains('[0-9]'))[0])}"
    )


def _unlike(source: TableSource, dialect: Dialect, other: Dialect) -> str | None:
    """Return a column whose texts are numbers of a dialect, but not of the other one."""
    for column in source.frame:
        if is_text(column.dtype):
            texts = missing_to_null(column, dialect)
            if numbers.parse(texts, dialect) is not None and numbers.parse(texts, other) is None:
                return column.name
    return None


def stand_for_missing(spellings: pl.Series, *, usual_only: bool) -> bool:
    """Return whether texts beside others are few and short enough, or usual ones, to stand for missing values."""
    if (spellings.str.len_chars() > LONGEST_SPELLING).any() or spellings.str.contains(r"[0-9+]").any():
        return False
    usual_only = usual_only or len(spellings) > FEW_SPELLINGS
    return not usual_only or bool(spellings.str.contains(USUAL).all())


def missing_placeholder(
    kind: str, spellings: pl.Series, shown: str, source: TableSource, settings: ColumnSettings
) -> MixedColumn:
    """Return that texts stand for missing values among numbers or dates, of which `kind` is the word."""
    texts = (*spellings, *missing_texts_in(source.all_rows, settings.dialect))
    proposed: dict[str, str | tuple[str, ...]] = {"missing_values": texts}
    if settings.missing == "error":
        proposed["missing"] = "mean"
    return MixedColumn(
        f"holds texts among its {kind}, such as {shown}",
        f"{format_setting('missing_values', *texts)} if that stands for a missing value",
        proposed,
    )
