"""Saved parts of a preprocessing, checked as they are restored, for a file may hold anything."""

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
from minidl_datasets.table.target.target import Target

Part = TypeVar("Part", NumberEncoder, TextEncoder, DateEncoder, Target, Dialect)

OFFSET = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?(e[+-]?[0-9]{1,3})?")
"""A number whose exact value is soon computed."""


def encoders_of(saved: Any) -> tuple[Encoder, ...]:
    """Return the encoders of which `plain` made JSON values, each of another column.

    Raises:
        TypeError, ValueError: they are those of none.
    """
    if not isinstance(saved, list) or not saved:
        raise TypeError("columns should be a list of one at least")
    encoders = tuple(_encoder_of(column) for column in saved)
    _check_different(tuple(encoder.name for encoder in encoders))
    return encoders


def _encoder_of(saved: dict[str, Any]) -> Encoder:
    if "categories" in saved:
        encoder = _part(TextEncoder, saved)
        _check_different(encoder.categories)
        return encoder
    if "parts" in saved:
        return _checked_date(_part(DateEncoder, saved))
    return _checked_number(_part(NumberEncoder, saved))


def target_of(saved: dict[str, Any]) -> Target:
    """Return the target of which `Target.to_json` made JSON values.

    Raises:
        ValueError: they are those of none.
    """
    target = _part(Target, saved)
    _check_different(target.classes)
    if (target.task == "classification") != (len(target.classes) > 1):
        raise ValueError(f"a target for {target.task} cannot have {len(target.classes)} classes")
    _check_spread(target.mean, target.deviation, target.offset)
    return target


def dialect_of(saved: dict[str, Any]) -> Dialect:
    """Return the dialect of which `Dialect.to_json` made JSON values.

    Raises:
        ValueError: they are those of none.
    """
    return _part(Dialect, saved)


def _part(kind: type[Part], saved: dict[str, Any]) -> Part:
    """Return a part whose values are of the types of its fields."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - heavy, and only needed where something was saved

    return TypeAdapter(kind).validate_json(json.dumps(saved), strict=True)


def _checked_number(encoder: NumberEncoder) -> NumberEncoder:
    _check_spread(encoder.mean, encoder.deviation, encoder.offset)
    return encoder


def _checked_date(encoder: DateEncoder) -> DateEncoder:
    if datetime.fromisoformat(encoder.first).tzinfo is not None:
        raise ValueError(f"the first date {encoder.first} has a zone")
    for part in encoder.parts:
        if part.name.removeprefix(f"{encoder.name}.") not in PARTS:
            raise ValueError(f"a date has no part {part.name}")
        _checked_number(part)
    return encoder


def _check_spread(mean: float, deviation: float | None, offset: str) -> None:
    if not math.isfinite(mean) or not 0 <= (deviation or 0.0) < math.inf or not OFFSET.fullmatch(offset):
        raise ValueError(f"no numbers lie around {offset} + {mean} with the deviation {deviation}")


def _check_different(texts: tuple[str, ...]) -> None:
    if len(set(texts)) < len(texts):
        raise ValueError("a column, class or category stands twice")
