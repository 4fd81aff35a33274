"""Parts are created from specifications."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from minidl_core.assembly import make, make_metrics, sequential
from minidl_core.errors import InputError, PluginWarning, SpecError, UnknownNameError
from minidl_core.interfaces.metric import Metric
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import Registry, default_registry
from minidl_core.spec import parse_component, parse_pipeline


class Residual(Module):
    """A layer around others."""

    def __init__(self, body: Sequential) -> None:
        self.body = body


class Median(Metric):
    """A metric."""


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """Give the registry of the process, and forget afterwards what a test registers."""
    monkeypatch.setattr(default_registry(), "_entries", default_registry().entries())
    return default_registry()


def labels(chain: Sequential) -> list[str]:
    return [layer.label() for layer in chain]


def test_a_chain_is_made_with_counts_and_groups_written_out_and_each_layer_its_own() -> None:
    chain = sequential("2*(linear:25,relu),Linear:2:bias=no")

    assert labels(chain) == ["linear", "relu", "linear", "relu", "linear"]
    assert len({id(layer) for layer in chain}) == 5
    assert chain[4].settings == {"out_features": 2, "bias": False}
    assert chain.out_shape is None


def test_a_chain_is_made_of_a_parsed_pipeline_too() -> None:
    assert labels(sequential(parse_pipeline("relu,tanh"))) == ["relu", "tanh"]


def test_layers_in_parentheses_are_made_however_deep(registry: Registry) -> None:
    registry.register("layer", "residual", Residual)

    outer = sequential("residual(linear:3,residual(2*tanh))")[0]

    assert isinstance(outer, Residual)
    assert labels(outer.body) == ["linear", "residual"]
    assert labels(outer.body[1].settings["body"]) == ["tanh", "tanh"]


def test_a_mistyped_layer_suggests_the_nearest_name_and_points_at_its_place() -> None:
    with pytest.raises(UnknownNameError, match=r"no layer 'reul': did you mean 'relu'\?") as caught:
        sequential("linear:25,reul")

    assert str(caught.value).endswith("\n  linear:25,reul\n            ^")


def test_a_mistake_within_parentheses_points_at_its_place(registry: Registry) -> None:
    registry.register("layer", "residual", Residual)

    with pytest.raises(SpecError, match="out_features must be a whole number, not 'x'") as caught:
        sequential("residual(linear:x)")

    assert caught.value.position == 16


def test_a_layer_that_is_named_like_one_of_minidls_is_warned_of_when_that_is_used_and_not_before(
    registry: Registry,
) -> None:
    registry.register("layer", "relu", Residual)

    assert labels(sequential("linear:2,tanh")) == ["linear", "tanh"]
    with pytest.warns(PluginWarning, match="write 'local/relu' to use it"):
        assert labels(sequential("linear:2,relu")) == ["linear", "relu"]
    assert labels(sequential("local/relu(tanh)")) == ["residual"]
    assert labels(sequential("minidl/relu")) == ["relu"]


def test_a_part_that_is_made_already_is_returned_as_it_is() -> None:
    optimizer = make("optimizer", parse_component("sgd:lr=0.5"))

    assert optimizer.settings == {"lr": 0.5}
    assert make("optimizer", optimizer) is optimizer


def test_a_part_of_another_type_is_an_error() -> None:
    with pytest.raises(InputError, match="the optimizer should be an object or a specification, not of type int"):
        make("optimizer", 5)  # type: ignore[type-var]


def test_a_loss_among_the_layers_is_an_error_that_says_so() -> None:
    with pytest.raises(UnknownNameError, match="'mse' is a loss"):
        sequential("linear:2,mse")


def test_metrics_are_named_as_they_are_written(registry: Registry) -> None:
    registry.register("metric", "median", Median)

    assert list(make_metrics("r2,median")) == ["r2", "median"]
    assert list(make_metrics([Median()])) == ["median"]
