"""Checks that a layer survives saving: its state, its saved file and its specification."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from minidl_core.assembly import sequential, spec_of
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import default_registry
from minidl_core.saving import load, save
from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.layers.configured_layer import ConfiguredLayer, build_from_seed
from minidl_core.testing.numerics.comparison import require_same


def check_state(configured: ConfiguredLayer) -> None:
    """Check that loading the state into a layer with another seed gives the same output in evaluation."""
    layer, other = configured.trained(seed=0).eval(), configured.trained(seed=1).eval()
    other.load_state({name: tensor.clone() for name, tensor in layer.state().items()})
    hint = "tensors that are not in state() are lost: hold them as a Parameter or a Buffer"
    x = configured.inputs
    require_same("the output after load_state", other.forward(x()), layer.forward(x()), tolerance=0, hint=hint)


def check_saving(configured: ConfiguredLayer) -> None:
    """Check that a network with the layer, saved and loaded, gives the same output in evaluation."""
    chain = _named_chain(configured)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        save(chain, path)
        loaded = load(path)
    x = configured.inputs
    found, expected = loaded.eval().forward(x()), chain.eval().forward(x())
    require_same("the output of the loaded network", found, expected, tolerance=0)


def check_specification(configured: ConfiguredLayer) -> None:
    """Check that parsing the layer's specification gives the same layer."""
    chain = _named_chain(configured)
    text = str(spec_of(chain))
    again = sequential(text)
    if str(spec_of(again)) != text:
        raise ConformanceError(f"its specification '{text}' makes a layer with the specification '{spec_of(again)}'")
    found, expected = _plain(again[0].settings), _plain(chain[0].settings)
    if type(again[0]) is not configured.part or found != expected:
        raise ConformanceError(
            f"its specification '{text}' makes {again[0]!r}, expected {chain[0]!r}", _cause(configured.part)
        )


def _cause(part: type[Component]) -> str:
    parameters = part.signature().parameters.values()
    bare = [parameter.name for parameter in parameters if parameter.annotation is parameter.empty]
    if not bare:
        return ""
    return f"its setting {bare[0]} has no annotation, so it is read as text: annotate it, as in {bare[0]}: float"


def _named_chain(configured: ConfiguredLayer) -> Sequential:
    """Return a built network of this one layer, if it and all layers inside it are registered."""
    layer: Module = configured.make()
    for module in layer.modules():
        is_chain = isinstance(module, Sequential)
        if not is_chain and default_registry().entry_of("layer", type(module)) is None:
            raise NotCheckedError(
                f"{type(module).__name__} is not registered: declare it as an entry point, or call minidl.register"
            )
    chain = Sequential([layer])
    build_from_seed(chain, configured.shape, seed=0)
    layer.load_state(configured.trained().state())
    return chain


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings except layers, which are only equal to themselves."""
    return {name: value for name, value in settings.items() if not isinstance(value, Module)}
