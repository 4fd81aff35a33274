"""A new registry for each test of twins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from minidl_core import default_registry
from minidl_core.registry import Registry, use_registry


@pytest.fixture(autouse=True)
def registry() -> Iterator[Registry]:
    """Use a new registry, so that parts of files do not outlive the test."""
    before = default_registry()
    yield use_registry(Registry())
    use_registry(before)
