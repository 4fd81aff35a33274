"""The shapes that layers and the loss return, checked on the first batch of a training."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Self

import torch
from torch import Tensor

from minidl_core.assembly import part_names
from minidl_core.interfaces.block import rebind_storage
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.parameter import Parameter
from minidl_core.interfaces.sequential import Sequential
from minidl_core.shapes import Shape
from minidl_core.training.return_checks import ExpectedTensor, batch_shape, check_gradient

UNSET = -1.5e30
"""What gradients are filled with before the first backward pass: one that is still full of it was not replaced."""


class FirstBatchChecks:
    """While it is entered, what the layers of a network and the loss return is checked.

    Broadcasting hides wrong shapes: a gradient of one feature suits a layer of many. So each layer of the network, and
    of the chains inside layers, has to return an output of the shape that `build` announced and a gradient of its
    input's shape, in the type of its input; the loss a gradient of the prediction's shape; and each parameter's
    gradient has to be replaced by one of its shape.

    Methods are replaced for that time only: no later step is slower.

    Args:
        model: the network, built.
        loss: the loss.
        front: the dimensions in front of the batch: 1 where runs are stacked.
    """

    def __init__(self, model: Sequential, loss: Loss, front: int = 0) -> None:
        self.model = model
        self.loss = loss
        self.front = front
        self.replaced = ExitStack()

    def __enter__(self) -> Self:
        """Begin to check."""
        for chain in self.model.modules():
            if isinstance(chain, Sequential) and chain.in_shape is not None:
                before = [chain.in_shape, *chain.shapes]
                for layer, in_shape, out_shape in zip(chain.layers, before, chain.shapes, strict=False):
                    self._watch_layer(layer, in_shape, out_shape)
        self._watch_loss()
        return self

    def __exit__(self, *_: object) -> None:
        """Check no more."""
        self.replaced.close()

    def wrap_backward(self, backward: Callable[[Tensor], object]) -> Callable[[Tensor], None]:
        """Return the network's backward pass with a check of the parameters' gradients after it, which is the last.

        It goes through the layers before the first that learns, too, if they have a backward pass: no later step needs
        what these return, but it has to be right all the same.
        """
        model = self.model
        unneeded = model.layers[: len(model) - len(model.learning)]
        whole = all(type(layer).backward is not Module.backward for layer in unneeded)

        def checked_backward(grad_output: Tensor) -> None:
            with _separate_gradients(model.parameters()):
                (model.backward if unneeded and whole else backward)(grad_output)
                for module in model.modules():
                    self._check_gradients(module)
            self.replaced.close()

        return checked_backward

    def _watch_layer(self, layer: Module, in_shape: Shape, out_shape: Shape) -> None:
        """Check each output of a layer, and each gradient that it returns for the latest input."""
        forward, backward = layer.forward, layer.backward
        inputs: list[Tensor] = []

        def checked_forward(x: Tensor, *more: Any) -> Tensor:
            y = forward(x, *more)
            batch = batch_shape(x, in_shape)
            shape = None if batch is None else (*batch, *out_shape)
            expected = ExpectedTensor(x, shape, f"as build announced {out_shape} for a sample")
            expected.check(y, "forward", lambda: self._name(layer))
            inputs.append(x)
            return y

        def checked_backward(grad_output: Tensor, *more: Any) -> Tensor:
            grad_input = backward(grad_output, *more)
            if inputs:
                x = inputs.pop()
                ExpectedTensor(x, x.shape, "as its input is").check(grad_input, "backward", lambda: self._name(layer))
            return grad_input

        self._replace(layer, forward=checked_forward, backward=checked_backward)

    def _watch_loss(self) -> None:
        """Check the number that the loss returns for each run, and its gradient."""
        loss, front = self.loss, self.front
        forward, backward = loss.forward, loss.backward
        predictions: list[Tensor] = []

        def checked_forward(prediction: Tensor, target: Tensor) -> Tensor:
            value = forward(prediction, target)
            is_tensor = isinstance(value, Tensor)
            has_many = is_tensor and value.dim() != front  # `loss_shape_error` reports that
            one = "one number for each run" if front else "one number for the batch"
            expected = ExpectedTensor(
                value if is_tensor else prediction, None if has_many else prediction.shape[:front], one
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
                is_set = parameter.defers or bool((parameter.grad != UNSET).any()) or not parameter.grad.numel()
                check_gradient(name, parameter, lambda: self._name(module), is_set=is_set)

    def _name(self, part: Component) -> str:
        """Return what messages call a part."""
        return part_names([self.model, self.loss])[id(part)]

    def _replace(self, part: Component, **methods: Callable[..., Any]) -> None:
        """Put others in the place of methods of a part, until the checks end."""
        held = vars(part)
        before = {name: held[name] for name in methods if name in held}
        held.update(methods)

        def restore() -> None:
            for name, method in methods.items():
                if held.get(name) is method:  # and nobody has put another in its place
                    del held[name]
                    if name in before:
                        held[name] = before[name]

        self.replaced.callback(restore)


@contextmanager
def _separate_gradients(parameters: Sequence[Parameter]) -> Iterator[None]:
    """Let each gradient lie in memory of its own, so that one of a wrong shape is not written into its neighbors.

    They are filled with `UNSET`; elements that still hold it afterwards are 0, and so are gradients of a wrong shape.
    Deferred ones stay where they are, for they are not written.
    """
    with torch.inference_mode(mode=False):
        grads = [parameter.grad for parameter in parameters if not parameter.defers]
        memory = [grad.view(grad.shape) for grad in grads]
        for grad in grads:
            rebind_storage(grad, torch.full_like(grad, UNSET))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "An output with one or more elements was resized")  # the error says more
            yield
    finally:
        with torch.inference_mode(mode=False):
            for grad, place in zip(grads, memory, strict=True):
                if grad.shape == place.shape:
                    place.copy_(grad.masked_fill(grad == UNSET, 0))
                rebind_storage(grad, place)
            for parameter in parameters:
                if parameter.given_grad not in {None, (parameter.value.shape, parameter.value.dtype)}:
                    parameter.grad = torch.zeros_like(parameter.value)
