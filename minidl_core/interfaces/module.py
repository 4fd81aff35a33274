"""The interface of layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self, TypeVar

import torch
from torch import Tensor

from minidl_core.errors import SavedModelError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.parameter import Buffer, Parameter
from minidl_core.quoting import shortened
from minidl_core.shapes import Shape

MOST_NAMES = 300
"""The longest list of tensor names in a message, in characters."""

_Item = TypeVar("_Item", Parameter, Buffer)


class Module(Component):
    """Base class of all layers: computes an output from an input, and the input's gradient from the output's.

    A layer implements `forward` and `backward`, and `build` if it has parameters or changes the shape. `forward` keeps
    what `backward` needs in attributes. `backward` replaces the gradients of the layer's parameters: nothing is
    accumulated.

    A layer is its formula, in plain operations on tensors: an engine makes it fast. It draws random numbers with
    `generator=self.generator`.

    Shape: x: `(batch, *in_shape)`, y: `(batch, *out_shape)`. A layer may allow more dimensions of samples before the
    features, as PyTorch's module of the same name does.

    Attributes:
        depends_on_mode: class attribute: True if training and evaluation differ, as in dropout. Default: False.
        surrogate_gradient: class attribute: True if `backward` is deliberately not the derivative of `forward`, as in
            a straight-through estimator; the conformance kit then does not compare it with finite differences.
            Default: False.
        training: True during training, False during evaluation; `train` and `eval` set it.
        generator: the source of random numbers, set by `prepare` before `build`; None means torch's global one.
        dtype: the type of the parameters that `build` creates.

    Example:
        Element-wise square:

            class Square(Module):
                def forward(self, x: Tensor) -> Tensor:
                    self.x = x
                    return x.square()

                def backward(self, grad_output: Tensor) -> Tensor:
                    return 2 * self.x * grad_output
    """

    order: ClassVar[dict[str, str]] = {"forward": "build", "backward": "forward"}
    depends_on_mode: ClassVar[bool] = False
    surrogate_gradient: ClassVar[bool] = False
    training: bool = True
    generator: torch.Generator | None = None
    dtype: torch.dtype = torch.float32

    def build(self, in_shape: Shape) -> Shape:
        """Create the parameters for samples of `in_shape`, and return the shape of an output sample.

        The default has no parameters and keeps the shape.

        Args:
            in_shape: the shape of one input sample, without the batch dimension.

        Returns:
            The shape of one output sample, without the batch dimension.

        Raises:
            ShapeError: the layer does not support samples of that shape.
        """
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        """Return the output for an input, and keep what `backward` needs.

        Args:
            x: the input, of shape `(batch, *in_shape)`; it must not be modified.

        Returns:
            The output, of shape `(batch, *out_shape)`.

        Raises:
            OrderError: the layer needs `build` to be called first.
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward pass")

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return the gradient for the input of the last `forward`, and replace the gradients of the parameters.

        Args:
            grad_output: the gradient of the loss with respect to the output, of the output's shape. It, the input and
                the output must not be modified: other layers may still need them.

        Returns:
            The gradient of the loss with respect to the input, of the input's shape.

        Raises:
            OrderError: `forward` was not called before.
        """
        raise NotImplementedError(f"{type(self).__name__} has no backward pass")

    def prepare(self, generator: torch.Generator | None, dtype: torch.dtype = torch.float32) -> Self:
        """Set the random generator and the type of the parameters, here and in all inner modules; call before `build`.

        Args:
            generator: the source of random numbers; None means torch's global one.
            dtype: the type of the parameters that `build` creates.
        """
        for module in self.modules():
            module.generator = generator
            module.dtype = dtype
        return self

    def children(self) -> dict[str, Module]:
        """Return the modules directly inside this one, by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Module)}

    def modules(self) -> Iterator[Module]:
        """Yield this module and all modules inside it, at any depth."""
        yield self
        for child in self.children().values():
            yield from child.modules()

    def named_parameters(self) -> dict[str, Parameter]:
        """Return the parameters by PyTorch's names, in PyTorch's order: its own first, then inner modules'."""
        return self._named(Parameter)

    def named_buffers(self) -> dict[str, Buffer]:
        """Return the tensors of the state that are not learned, by PyTorch's names."""
        return self._named(Buffer)

    def parameters(self) -> list[Parameter]:
        """Return the parameters, in PyTorch's order."""
        return list(self.named_parameters().values())

    def state(self) -> dict[str, Tensor]:
        """Return the tensors of all parameters and buffers by name, not copied."""
        return {name: item.value for name, item in (self.named_parameters() | self.named_buffers()).items()}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Copy a state into the module's parameters and buffers.

        Args:
            state: tensors by name, as `state` returns them.

        Raises:
            SavedModelError: names or shapes differ; nothing has been changed.
        """
        self.check_state(state)
        for name, tensor in self.state().items():
            tensor.copy_(state[name])

    def check_state(self, state: dict[str, Tensor]) -> None:
        """Check that a state has the names and shapes of the module's own.

        Args:
            state: tensors by name, as `state` returns them.

        Raises:
            SavedModelError: names or shapes differ.
        """
        own = self.state()
        if missing := sorted(own.keys() - state.keys()):
            raise SavedModelError(f"the state lacks {shortened(', '.join(missing), MOST_NAMES)}")
        if unexpected := sorted(state.keys() - own.keys()):
            names = shortened(", ".join(unexpected), MOST_NAMES)
            raise SavedModelError(f"the state holds {names}, which this network does not have")
        for name, tensor in own.items():
            if tensor.shape != state[name].shape:
                raise SavedModelError(
                    f"{name} should be of shape {tuple(tensor.shape)}, but the state has {tuple(state[name].shape)}"
                )

    def train(self) -> Self:
        """Switch this and all inner modules to training."""
        return self._switch(training=True)

    def eval(self) -> Self:
        """Switch this and all inner modules to evaluation."""
        return self._switch(training=False)

    def _switch(self, *, training: bool) -> Self:
        for module in self.modules():
            module.training = training
        return self

    def _named(self, kind: type[_Item]) -> dict[str, _Item]:
        own = {name: value for name, value in vars(self).items() if isinstance(value, kind)}
        inner = {
            f"{name}.{inner_name}": item
            for name, child in self.children().items()
            for inner_name, item in child._named(kind).items()  # noqa: SLF001 - same class
        }
        return own | inner
