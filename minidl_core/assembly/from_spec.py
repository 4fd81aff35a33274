"""Components created from specifications."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar

from minidl_core.assembly.argument_binding import bind
from minidl_core.errors import InputError, UnknownNameError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.metric import Metric
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import default_registry
from minidl_core.spec import ComponentSpec, Pipeline, parse_component, parse_pipeline

_Part = TypeVar("_Part", bound=Component)


def make(kind: str, spec: str | ComponentSpec | _Part) -> Any:
    """Return the component that a specification describes; a component is returned unchanged.

    Args:
        kind: the kind of the component, such as `layer`.
        spec: the specification, or a component.

    Raises:
        InputError: it is neither a specification nor a component.
        SpecError: the specification cannot be parsed, or its arguments are wrong.
        UnknownNameError: no installed component has the name.
        ConflictError: several distributions provide the name.
        PluginError: the component cannot be loaded.
    """
    if isinstance(spec, Component):
        return spec
    if not isinstance(spec, str | ComponentSpec):
        raise InputError(f"the {kind} should be an object or a specification, not of type {type(spec).__name__}")
    parsed = parse_component(spec) if isinstance(spec, str) else spec
    try:
        part = default_registry().load(kind, parsed.name)
    except UnknownNameError as error:
        raise UnknownNameError(str(parsed.error(str(error)))) from None
    return bind(part, parsed, sequential)


def sequential(layers: str | Pipeline) -> Sequential:
    """Return the chain of layers that a specification describes, such as `3*(linear:25,relu),linear:2`, not yet built.

    Raises:
        InputError: it is no specification.
        SpecError, UnknownNameError, ConflictError, PluginError: as `make`.
    """
    if not isinstance(layers, str | Pipeline):
        raise InputError(
            f"a network should be a text such as 'linear:25,relu,linear:2' or a minidl.Sequential, "
            f"not of type {type(layers).__name__}"
        )
    pipeline = parse_pipeline(layers) if isinstance(layers, str) else layers
    return Sequential([make("layer", spec) for spec in pipeline.components()])


def make_metrics(metrics: str | Sequence[Metric]) -> dict[str, Metric]:
    """Return the metrics in a list such as `r2,mae,rmse`, by name.

    Raises:
        SpecError, UnknownNameError, ConflictError, PluginError: as `make`.
    """
    if not isinstance(metrics, str):
        return {metric.label(): metric for metric in map(partial(make, "metric"), metrics)}
    made: dict[str, Metric] = {}
    for spec in parse_pipeline(metrics).components():
        name = str(spec).lower()
        if name in made or name == "loss":
            raise spec.error("'loss' is always reported" if name == "loss" else f"the metric {name} is given twice")
        made[name] = make("metric", spec)
    return made
