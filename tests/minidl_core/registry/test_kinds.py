"""The kinds of parts, and their interfaces."""

from __future__ import annotations

from importlib import import_module

import pytest

from minidl_core.errors import UnknownNameError
from minidl_core.interfaces.component import Component
from minidl_core.registry import KINDS, Kind, find_kind


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_a_kind_is_found_by_its_singular_and_plural_in_any_case(kind: Kind) -> None:
    assert find_kind(kind.name) is find_kind(kind.plural.upper()) is kind
    assert kind.group == f"minidl.{kind.plural}"


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.interface], ids=lambda kind: kind.name)
def test_the_interface_of_a_kind_exists_and_is_a_component(kind: Kind) -> None:
    module, _, name = (kind.interface or "").partition(":")

    assert issubclass(getattr(import_module(module), name), Component)


def test_a_misspelt_kind_gets_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match=r"no kind 'optimiser': did you mean 'optimizers'\?"):
        find_kind("optimiser")
