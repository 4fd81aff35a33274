"""A chain of modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from minidl_core.errors import PluginError, SettingError, ShapeError
from minidl_core.interfaces.block import consolidate
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.preprocessing import Preprocessing
from minidl_core.shapes import Shape, describe_shape


class Sequential(Module):
    """Modules one after another: the output of each is the input of the next.

    Forward:   xₖ = fₖ(xₖ₋₁)               for k = 1 … K, with x₀ = x and y = x_K
    Backward:  ∂ℓ/∂xₖ₋₁ = fₖ'(∂ℓ/∂xₖ)      for k = K … 1

    Shape: x: (batch, *in_shape), y: (batch, *out_shape)

    Args:
        layers: the modules, first to last.

    Attributes:
        in_shape: the shape of an input sample; None before `build`.
        out_shape: the shape of an output sample; None before `build`.
        shapes: the shape of an output sample of each layer; set by `build`.
        preprocessing: converts new raw data to inputs of the network; set by training.
        preprocessing_from: the distribution that provides the dataset of the preprocessing, if known.

    Example:
        Build, and compute the outputs of a batch of 10 samples:

            model = Sequential([Linear(25), ReLU(), Linear(2)])
            model.build(4)
            y = model.forward(torch.rand(10, 4))
    """

    in_shape: Shape | None = None
    out_shape: Shape | None = None
    shapes: list[Shape]
    preprocessing: Preprocessing | None = None
    preprocessing_from: str = ""

    def __init__(self, layers: Iterable[Module]) -> None:
        self.layers = list(layers)

    def build(self, in_shape: Shape | int) -> Shape:
        """Build the layers for samples of `in_shape`, and move all their parameters to one block of memory.

        Args:
            in_shape: the shape of one input sample, or the number of features.

        Returns:
            The shape of one output sample.

        Raises:
            ShapeError: a layer does not support the output of the one before it; the message names both.
            SettingError: one layer is used twice.
            PluginError: a layer returned something other than a shape.
        """
        if len({id(module) for module in self.modules()}) < len(list(self.modules())):
            raise SettingError(
                "sequential",
                "layers",
                [layer.label() for layer in self.layers],
                "distinct objects: a layer keeps what its backward needs",
            )
        shape = self.in_shape = (in_shape,) if isinstance(in_shape, int) else tuple(in_shape)
        self.shapes = []
        before = "the input"
        for position, layer in enumerate(self.layers, 1):
            try:
                shape = layer.build(given := shape)
            except ShapeError as error:
                where = f"{layer.label()} at position {position}"
                gives = "has" if position == 1 else "before it gives"
                raise error.located(where, f"{before} {gives} {describe_shape(given)}") from None
            if not isinstance(shape, tuple) or not all(type(size) is int and size > 0 for size in shape):
                expected = "build should return the shape of an output sample, such as (25,)"
                raise PluginError(f"{layer.label()} at position {position}: {expected}, but returned {shape!r}")
            self.shapes.append(shape)
            before = layer.label()
        self.out_shape = shape
        consolidate(self.parameters())
        return shape

    def forward(self, x: Tensor) -> Tensor:
        """Return the last layer's output."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return the gradient with respect to the input, and replace those of all parameters."""
        for layer in reversed(self.layers):
            grad_output = layer.backward(grad_output)
        return grad_output

    def to(self, device: torch.device | str) -> Sequential:
        """Move parameters and buffers to a device, in place; return the network itself."""
        consolidate(self.parameters(), device)
        for buffer in self.named_buffers().values():
            buffer.value = buffer.value.to(device)
        return self

    def children(self) -> dict[str, Module]:
        """Return the layers, named by their index from 0 as in PyTorch."""
        return {str(index): layer for index, layer in enumerate(self.layers)}

    def __len__(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def __iter__(self) -> Iterator[Module]:
        """Yield the layers, first to last."""
        return iter(self.layers)

    def __getitem__(self, index: int) -> Module:
        """Return a layer by its index from 0."""
        return self.layers[index]
