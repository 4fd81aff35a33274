"""Classes are registered by a decorator or a call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import minidl_core as minidl
from minidl_core.registry import Registry, default_registry, use_registry


@pytest.fixture(autouse=True)
def registry() -> Iterator[Registry]:
    """Use a registry of the test's own."""
    kept = default_registry()
    yield use_registry(Registry())
    use_registry(kept)


def test_a_decorator_registers_a_class_under_its_own_name_and_by_its_interface(registry: Registry) -> None:
    @minidl.register
    class BatchNoise(minidl.Module):
        pass

    @minidl.register
    class Odd(minidl.Loss):
        pass

    assert registry.load("layer", "batch_noise") is BatchNoise
    assert registry.load("loss", "odd") is Odd


def test_a_name_can_be_given(registry: Registry) -> None:
    @minidl.register("my-square")
    class Square(minidl.Module):
        pass

    assert registry.load("layer", "my_square") is Square
    assert type(minidl.sequential("local/my-square")[0]) is Square


def test_of_two_classes_of_one_name_the_latest_is_used(registry: Registry) -> None:
    first, second = (type("Square", (minidl.Module,), {}) for _ in range(2))
    minidl.register(first)
    minidl.register(second)
    assert registry.load("layer", "square") is second


def test_a_class_without_an_interface_is_refused() -> None:
    class Nothing:
        pass

    with pytest.raises(minidl.InputError, match="derives from none of minidl's interfaces"):
        minidl.register(Nothing)  # type: ignore[type-var]


def test_a_registered_layer_does_not_replace_minidls_of_the_same_name(registry: Registry) -> None:
    @minidl.register("relu")
    class Other(minidl.Module):
        pass

    with pytest.warns(minidl.PluginWarning, match="'relu' is minidl's, but local provides one too: write 'local/relu'"):
        chain = minidl.sequential("relu")
    assert type(chain[0]).__module__ == "minidl_layers.relu"
    assert type(minidl.sequential("local/relu")[0]) is Other
