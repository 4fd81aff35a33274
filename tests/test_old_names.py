"""Public names that were renamed or moved go on working under their old names."""

from __future__ import annotations

from importlib import import_module

import pytest

import minidl

RENAMED: list[tuple[str, str]] = [
    ("minidl_core:fit", "minidl:fit"),
    ("minidl_core:Module", "minidl:Module"),
    ("minidl_core.testing:conformance", "minidl.testing:conformance"),
    ("minidl_core.testing:Report", "minidl.testing:ConformanceReport"),
]
"""The old name and the new one, each as MODULE:NAME."""


def found(target: str) -> object:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


@pytest.mark.parametrize(("old", "new"), RENAMED)
def test_an_old_name_still_works(old: str, new: str) -> None:
    assert found(old) is found(new)


def test_the_hint_of_a_shape_error_keeps_its_old_name() -> None:
    old = minidl.ShapeError("25 features", mend="write linear:25")
    assert str(old) == str(minidl.ShapeError("25 features", hint="write linear:25"))
    assert old.mend == old.hint == "write linear:25"


def test_a_registry_keeps_the_old_name_of_unregistering_a_module() -> None:
    assert minidl.Registry.withdraw is minidl.Registry.unregister_module
