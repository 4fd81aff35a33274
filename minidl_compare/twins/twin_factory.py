"""Makes the PyTorch twins of a network, a loss and an optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn

from minidl_compare.twins.layers import LAYERS
from minidl_compare.twins.losses import LOSSES, TorchLoss
from minidl_compare.twins.optimizers import OPTIMIZERS
from minidl_core import InputError, Loss, Optimizer, PluginError, RunError, Sequential, default_registry
from minidl_core.errors import describe_exception
from minidl_core.interfaces.component import Component
from minidl_core.registry import converting_errors, normalize_name


class TwinFactory:
    """Makes new PyTorch twins of a network, a loss and an optimizer.

    Args:
        model: the network, built; its tensors are copied into its twin.
        loss: the loss.
        optimizer: the optimizer.

    Attributes:
        places: the name and position of each layer, for messages.

    Raises:
        InputError: a part has no twin; the message names the part and says how to add a twin.
        PluginError: what a part's `torch_twin` returns is not a twin.
        RunError: PyTorch refuses the settings of one of minidl's own parts.
    """

    def __init__(self, model: Sequential, loss: Loss, optimizer: Optimizer) -> None:
        self.model, self.loss_part, self.optimizer_part = model, loss, optimizer
        shapes = [model.in_shape, *model.shapes][: len(model)]
        self.places = [f"{layer.label()} at position {position}" for position, layer in enumerate(model, 1)]
        self._layers = [
            _factory("layer", layer, LAYERS, place, shape)
            for layer, shape, place in zip(model, shapes, self.places, strict=True)
        ]
        self._loss = _factory("loss", loss, LOSSES, loss.label())
        self._optimizer = _factory("optimizer", optimizer, OPTIMIZERS, optimizer.label())
        for place, make, layer in zip(self.places, self._layers, model, strict=True):
            with locating_twin_errors(layer, place):
                _check_layer(place, make(), layer.state())
        with locating_twin_errors(loss, loss.label()):
            _check(callable(self._loss()), loss.label(), "be callable with a prediction and a target")
        parameters = list(self.network().parameters())
        if not parameters:
            raise InputError("the network has no parameters, so there is nothing to train: add a layer such as linear")
        with locating_twin_errors(optimizer, optimizer.label()):
            made = self._optimizer(parameters)
            _check(isinstance(made, torch.optim.Optimizer), optimizer.label(), "be a torch.optim.Optimizer")

    def network(self) -> nn.Sequential:
        """Return a twin of the network, with PyTorch's own initial values."""
        return nn.Sequential(*(make() for make in self._layers)).to(self.model.dtype)

    def load(self, network: nn.Sequential) -> None:
        """Copy the network's parameters and buffers into its twin."""
        for twin, layer in zip(network, self.model, strict=True):
            twin.load_state_dict(layer.state())

    def loss(self) -> TorchLoss:
        """Return a twin of the loss."""
        made: TorchLoss = self._loss()
        return made

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Return a twin of the optimizer, for the parameters of a network's twin."""
        made: torch.optim.Optimizer = self._optimizer(list(parameters))
        return made


def has_torch_twin(part: Component) -> bool:
    """Return whether a part has a method `torch_twin`."""
    return hasattr(part, "torch_twin")


def locating_twin_errors(part: Component, place: str) -> AbstractContextManager[None]:
    """Return a context manager that raises an error of a part's twin as one that names the part.

    Raises:
        PluginError: the twin comes from the part's `torch_twin`.
        RunError: the twin is one of minidl's own.
    """
    kind = PluginError if has_torch_twin(part) else RunError
    return converting_errors(lambda error: kind(f"{place}: its PyTorch twin failed with {describe_exception(error)}"))


def _has_builtin_twin(kind: str, part: type[Component], known: Mapping[str, object]) -> bool:
    """Return whether a part is minidl's own and has a twin here."""
    entry = default_registry().entry_of(kind, part)
    return entry is not None and entry.is_own and normalize_name(entry.name) in known


def _factory(
    kind: str, part: Component, known: Mapping[str, Callable[..., Any]], place: str, *about: Any
) -> Callable[..., Any]:
    """Return the function that makes a part's twin: its `torch_twin`, or for minidl's own parts, one of `known`."""
    own: Callable[..., Any] | None = getattr(part, "torch_twin", None)
    if own is not None:
        return own
    entry = default_registry().entry_of(kind, type(part))
    if entry is None or not _has_builtin_twin(kind, type(part), known):
        arguments = "self, parameters" if kind == "optimizer" else "self"
        expected = {"layer": "a torch.nn.Module", "loss": "a function of prediction and target"}
        raise InputError(
            f"the {kind} {place} has no PyTorch twin to compare it with: add a method torch_twin({arguments}) to its "
            f"class that returns {expected.get(kind, 'a torch.optim.Optimizer')}, or leave it out"
        )
    make = known[normalize_name(entry.name)]
    return lambda *arguments: make(part, *about, *arguments)


def _check_layer(place: str, twin: object, state: dict[str, Tensor]) -> None:
    if not isinstance(twin, nn.Module):
        _check(False, place, "be a torch.nn.Module")  # noqa: FBT003 - the failed check
        return
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    found = {name: tuple(tensor.shape) for name, tensor in twin.state_dict().items()}
    _check(shapes == found, place, f"have the layer's tensors, {shapes or 'none'}, not {found or 'none'}")


def _check(right: bool, place: str, requirement: str) -> None:  # noqa: FBT001 - the condition that is checked
    if not right:
        raise PluginError(f"{place}: the result of its torch_twin should {requirement}")
