"""Settings under which a contract is checked, derived from a constructor, so that a new part is tested by being there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from minidl_core import Component, default_registry

REQUIRED = {int: 3, float: 0.5, bool: True, str: "text", Path: Path("data.csv")}


def cases(kind: str) -> list[tuple[str, type, dict[str, Any]]]:
    """Return name, class and settings of all registered parts of a kind: required ones alone, then each choice."""
    found = []
    for entry in default_registry().entries(kind):
        part = entry.load()
        found += [(entry.name, part, settings) for settings in _variations(part)]
    return found


def label(case: object) -> str:
    """Return a test's identifier for a case."""
    return (
        "-".join(f"{key}={value}" for key, value in case.items())
        if isinstance(case, dict)
        else getattr(case, "__name__", str(case))
    )


def _variations(part: type[Component]) -> list[dict[str, Any]]:
    annotations = get_type_hints(part.__init__)
    parameters = part.signature().parameters.values()
    required = {p.name: REQUIRED[annotations[p.name]] for p in parameters if p.default is p.empty}
    variations = [required]
    for parameter in parameters:
        annotation = annotations[parameter.name]
        options = (
            (True, False) if annotation is bool else get_args(annotation) if get_origin(annotation) is Literal else ()
        )
        variations += [required | {parameter.name: option} for option in options if option != parameter.default]
    return variations
