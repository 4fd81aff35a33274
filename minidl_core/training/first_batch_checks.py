"""Checks of the shapes and types that layers and the loss return, on the first batch of a training."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Self

import torch
from torch import Tensor

from minidl_core.assembly import part_names
from minidl_core.interfaces.block import consolidate
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.parameter import Parameter
from minidl_core.interfaces.sequential import Sequential
from minidl_core.shapes import Shape
from minidl_core.training.return_checks import ExpectedTensor, GivenGradient, batch_shape, check_parameter_gradient

UNSET = -1.5e30
"""The value that gradients are filled with before a backward pass, to detect those that are added to or never set."""


class FirstBatchChecks:
    """Context manager that checks what the layers of a network and the loss return.

    The checks are needed because broadcasting hides wrong shapes, such as a gradient with one feature instead of many.
    Each layer, including those in chains inside layers, must return an output of the shape that `build` returned, and a
    gradient of its input's shape, both in the type of its input. The loss must return a gradient of the prediction's
    shape. The gradient of each parameter must be replaced by one of its shape, which nothing changes afterwards.

    Methods are replaced only inside the context: later steps are not slower.

    Args:
        model: the network, built.
        loss: the loss.
    """

    def __init__(self, model: Sequential, loss: Loss) -> None:
        self.model = model
        self.loss = loss
        self.replaced = ExitStack()
        self.given: list[GivenGradient] = []

    def __enter__(self) -> Self:
        """Start checking."""
        for chain in self.model.modules():
            if isinstance(chain, Sequential) and chain.in_shape is not None:
                before = [chain.in_shape, *chain.shapes]
                for layer, in_shape, out_shape in zip(chain.layers, before, chain.shapes, strict=False):
                    self._watch_layer(layer, in_shape, out_shape)
        self._watch_loss()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop checking."""
        self.replaced.close()

    def wrap_backward(self, backward: Callable[[Tensor], object]) -> Callable[[Tensor], None]:
        """Return the network's backward pass, followed by checks of the parameters' gradients, which end all checks."""

        def checked_backward(grad_output: Tensor) -> None:
            with torch.inference_mode(mode=False):
                for parameter in self.model.parameters():
                    parameter.grad = torch.full_like(parameter.value, UNSET)
            try:
                with warnings.catch_warnings():
                    warnings.filterwarnings("ignore", "An output with .* was resized")  # the error says more
                    backward(grad_output)
                for given in self.given:
                    given.check_unchanged()
                self.given.clear()
                for module in self.model.modules():
                    self._check_gradients(module)
            except BaseException:
                consolidate(self.model.parameters()).forget_grads()
                raise
            self.replaced.close()

        return checked_backward

    def _watch_layer(self, layer: Module, in_shape: Shape, out_shape: Shape) -> None:
        """Check each output of a layer, and each gradient that it returns for the last input."""
        forward, backward = layer.forward, layer.backward
        inputs: list[Tensor] = []

        def checked_forward(x: Tensor, *more: Any) -> Tensor:
            y = forward(x, *more)
            batch = batch_shape(x, in_shape)
            shape = None if batch is None else (*batch, *out_shape)
            expected = ExpectedTensor(x, shape, f"as build returned {out_shape} for a sample")
            expected.check(y, "forward", lambda: self._name(layer))
            inputs.append(x)
            return y

        def checked_backward(grad_output: Tensor, *more: Any) -> Tensor:
            grad_input = backward(grad_output, *more)
            for name, parameter in layer.named_parameters().items():
                self.given.append(GivenGradient(name, parameter, lambda: self._name(layer)))
            if inputs:
                x = inputs.pop()
                ExpectedTensor(x, x.shape, "as its input is").check(grad_input, "backward", lambda: self._name(layer))
            return grad_input

        self._replace(layer, forward=checked_forward, backward=checked_backward)

    def _watch_loss(self) -> None:
        """Check that the loss returns one number, and its gradient."""
        loss = self.loss
        forward, backward = loss.forward, loss.backward
        predictions: list[Tensor] = []

        def checked_forward(prediction: Tensor, target: Tensor) -> Tensor:
            value = forward(prediction, target)
            is_tensor = isinstance(value, Tensor)
            has_many = is_tensor and value.dim() > 0  # `loss_shape_error` reports that
            expected = ExpectedTensor(
                value if is_tensor else prediction, None if has_many else (), "one number for the batch"
            )
            expected.check(value, "forward", lambda: self._name(loss))
            predictions.append(prediction)
            return value

        def checked_backward() -> Tensor:
            grad, prediction = backward(), predictions[-1]
            expected = ExpectedTensor(prediction, prediction.shape, "as the prediction is")
            expected.check(grad, "backward", lambda: self._name(loss))
            return grad

        self._replace(loss, forward=checked_forward, backward=checked_backward)

    def _check_gradients(self, module: Module) -> None:
        """Check the gradients of a layer's own parameters."""
        for name, parameter in vars(module).items():
            if isinstance(parameter, Parameter):
                check_parameter_gradient(name, parameter, lambda: self._name(module), UNSET)
                parameter.grad.masked_fill_(parameter.grad == UNSET, 0)

    def _name(self, part: Component) -> str:
        """Return the name of a part in messages."""
        return part_names([self.model, self.loss])[id(part)]

    def _replace(self, part: Component, **methods: Callable[..., Any]) -> None:
        """Replace methods of a part until the checks end."""
        held = vars(part)
        before = {name: held[name] for name in methods if name in held}
        held.update(methods)

        def restore() -> None:
            for name, method in methods.items():
                if held.get(name) is method:  # and was not replaced in between
                    del held[name]
                    if name in before:
                        held[name] = before[name]

        self.replaced.callback(restore)
