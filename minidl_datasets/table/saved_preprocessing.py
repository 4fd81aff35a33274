"""Restores a saved preprocessing, and checks it, because a file may contain anything."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from typing import Any, TypeVar

from minidl_datasets.table.encoding.date_encoder import PARTS, DateEncoder
from minidl_datasets.table.encoding.encoders import Encoder
from minidl_datasets.table.encoding.number_encoder import NumberEncoder
from minidl_datasets.table.encoding.text_encoder import TextEncoder
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.target_column.target import Target

Saved = TypeVar("Saved", NumberEncoder, TextEncoder, DateEncoder, Target, Dialect)

OFFSET = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?(e[+-]?[0-9]{1,3})?")
"""A number whose exact value can be computed quickly."""


def encoders_of(saved: Any) -> tuple[Encoder, ...]:
    """Return the encoders that `encoder_to_json` wrote, each of a different column.

    Raises:
        TypeError, ValueError: the JSON values are not valid.
    """
    if not isinstance(saved, list) or not saved:
        raise TypeError("columns should be a list with at least one column")
    encoders = tuple(_encoder_of(column) for column in saved)
    _check_unique(tuple(encoder.name for encoder in encoders))
    return encoders


def _encoder_of(saved: dict[str, Any]) -> Encoder:
    if "categories" in saved:
        encoder = _validated(TextEncoder, saved)
        _check_unique(encoder.categories)
        return encoder
    if "parts" in saved:
        return _checked_date(_validated(DateEncoder, saved))
    return _checked_number(_validated(NumberEncoder, saved))


def saved_target_of(saved: dict[str, Any]) -> Target:
    """Return the target that `Target.to_json` wrote.

    Raises:
        ValueError: the JSON values are not valid.
    """
    target = _validated(Target, saved)
    _check_unique(target.classes)
    if (target.task == "classification") != (len(target.classes) > 1):
        raise ValueError(f"a target for {target.task} cannot have {len(target.classes)} classes")
    _check_spread(target.mean, target.deviation, target.offset)
    return target


def dialect_of(saved: dict[str, Any]) -> Dialect:
    """Return the dialect that `Dialect.to_json` wrote.

    Raises:
        ValueError: the JSON values are not valid.
    """
    return _validated(Dialect, saved)


def _validated(kind: type[Saved], saved: dict[str, Any]) -> Saved:
    """Return an object from JSON values, after checking the types of its fields."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to import, and only needed to restore

    return TypeAdapter(kind).validate_json(json.dumps(saved), strict=True)


def _checked_number(encoder: NumberEncoder) -> NumberEncoder:
    _check_spread(encoder.mean, encoder.deviation, encoder.offset)
    return encoder


def _checked_date(encoder: DateEncoder) -> DateEncoder:
    if datetime.fromisoformat(encoder.first).tzinfo is not None:
        raise ValueError(f"the first date {encoder.first} has a time zone")
    for part in encoder.parts:
        if part.name.removeprefix(f"{encoder.name}.") not in PARTS:
            raise ValueError(f"a date has no part {part.name}")
        _checked_number(part)
    return encoder


def _check_spread(mean: float, deviation: float | None, offset: str) -> None:
    if not math.isfinite(mean) or not 0 <= (deviation or 0.0) < math.inf or not OFFSET.fullmatch(offset):
        raise ValueError(f"invalid mean {mean}, deviation {deviation} or offset {offset}")


def _check_unique(texts: tuple[str, ...]) -> None:
    if len(set(texts)) < len(texts):
        raise ValueError("a column, class or category is duplicated")
