"""The parts of minidl, with settings derived from their constructors."""

from __future__ import annotations

import pytest

from minidl_core import default_registry
from minidl_core.registry import Entry
from minidl_core.testing.settings.derived import derived_settings
from minidl_core.testing.settings.description import describe_settings


def own_entries(kind: str | None = None) -> list[Entry]:
    """Return the entries of minidl's parts of one kind, or of all kinds."""
    return [entry for entry in default_registry().entries(kind) if entry.distribution == "minidl"]


def every(kind: str) -> pytest.MarkDecorator:
    """Return a mark that runs a test with `part` and `settings` of each part of a kind."""
    parts = {entry.name: entry.load() for entry in own_entries(kind)}
    cases = [
        pytest.param(part, settings, id="-".join((name, *describe_settings(settings))))
        for name, part in parts.items()
        for settings in derived_settings(part)
    ]
    return pytest.mark.parametrize(("part", "settings"), cases)
