"""The interface of layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Self, TypeVar

import torch
from torch import Tensor

from minidl_core.errors import SavedModelError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.parameter import Buffer, Parameter
from minidl_core.quoting import shortened
from minidl_core.shapes import Shape

MOST_NAMES = 300
"""Characters of tensors' names in a message."""

_Item = TypeVar("_Item", Parameter, Buffer)


class Module(Component):
    """A step of a network that computes its output, and from the gradient of its output that of its input.

    A layer derives from it and writes `forward` and `backward`; `build` too, if it has parameters or changes the shape.
    Tensors are `(batch, *features)`, with any further dimensions in front treated as independent: features and batch
    are addressed from the right (`dim=-1`, `.mT`). `forward` keeps in attributes what `backward` needs. `backward`
    replaces the gradients of the layer's parameters and adds to nothing.

    Attributes:
        depends_on_mode: whether training and evaluation differ, as for dropout; the class declares it.
        supports_stacking: whether further dimensions in front are independent runs; the class declares if not.
        surrogate_gradient: whether `backward` is meant to be something else than the derivative of `forward`, as in a
            straight-through estimator; the class declares it, and the conformance kit then compares no differences.
        training: whether the network is being trained, for layers that behave differently then.
        generator: the source of all randomness, handed in before `build`; None is torch's own.
        generators: where runs are stacked in front, the source of each; `random_like` draws from them.
        dtype: the type of the parameters that `build` makes.
        output_memory: where `forward` may write its output (`out=`), in a training loop that keeps memory from step to
            step; None, otherwise, for fresh memory.
        gradient_memory: likewise for the gradient that `backward` returns.
    """

    order: ClassVar[dict[str, str]] = {"forward": "build", "backward": "forward", "backward_parameters": "forward"}
    depends_on_mode: ClassVar[bool] = False
    supports_stacking: ClassVar[bool] = True
    surrogate_gradient: ClassVar[bool] = False
    training: bool = True
    generator: torch.Generator | None = None
    generators: Sequence[torch.Generator] = ()
    dtype: torch.dtype = torch.float32
    output_memory: Tensor | None = None
    gradient_memory: Tensor | None = None

    def build(self, in_shape: Shape) -> Shape:
        """Allocate and initialize the parameters for samples of `in_shape`; return the shape of an output sample.

        Raises:
            ShapeError: the layer cannot take samples of that shape.
        """
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        """Return the output for the input `x` of shape `(batch, *in_shape)`."""
        raise NotImplementedError(f"{type(self).__name__} has no forward pass")

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return the gradient with respect to the input of the last `forward`, and replace those of the parameters.

        Neither `x`, nor the output, nor `grad_output` may be written to: other layers may need them still.

        Args:
            grad_output: the gradient of the loss with respect to the output, of the output's shape.

        Raises:
            OrderError: `forward` was not called before.
        """
        raise NotImplementedError(f"{type(self).__name__} has no backward pass")

    def backward_parameters(self, grad_output: Tensor) -> None:
        """Replace the parameters' gradients as `backward` does, where nobody needs the gradient of the input.

        So it is for the first layer with parameters: the gradient of the data is never needed. A layer for which that
        saves work writes this method and calls it from `backward`.
        """
        self.backward(grad_output)

    def prepare(self, generator: torch.Generator | None, dtype: torch.dtype = torch.float32) -> Self:
        """Hand in the source of randomness and the type of parameters, before `build`, here and to inner modules."""
        for module in self.modules():
            module.generator = generator
            module.dtype = dtype
        return self

    def random_like(self, x: Tensor, fill: Callable[[Tensor, torch.Generator | None], object]) -> Tensor:
        """Return a tensor like `x` with random numbers, as a layer such as dropout draws them at each step.

        Runs stacked in front each draw from a source of their own, so that each draws what it would alone.

        Args:
            x: what to be like.
            fill: fills a tensor in place from a source, as `lambda t, source: t.bernoulli_(0.5, generator=source)`.
        """
        drawn = torch.empty_like(x, memory_format=torch.contiguous_format)  # random numbers come in this order
        if self.generators:
            for run, source in zip(drawn, self.generators, strict=True):
                fill(run, source)
        else:
            fill(drawn, self.generator)
        return drawn

    def keep_memory(self, x: Tensor, y: Tensor) -> None:
        """Provide memory for outputs like `y` and gradients like the input `x`, to be overwritten at each step.

        A layer need not make use of it. What a step returned must not be used after the next has begun.
        """
        self.output_memory = torch.empty_like(y)
        self.gradient_memory = torch.empty_like(x)

    def free_memory(self) -> None:
        """Give up kept memory, here and in all inner modules: results are fresh tensors again."""
        for module in self.modules():
            module.output_memory = module.gradient_memory = None

    def children(self) -> dict[str, Module]:
        """Return the modules directly inside this one, by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Module)}

    def modules(self) -> Iterator[Module]:
        """Yield this module and all modules inside it."""
        yield self
        for child in self.children().values():
            yield from child.modules()

    def named_parameters(self) -> dict[str, Parameter]:
        """Return the parameters under PyTorch's names, in PyTorch's order: own ones first, inner modules' next."""
        return self._named(Parameter)

    def named_buffers(self) -> dict[str, Buffer]:
        """Return the tensors of the state that are not learned, under PyTorch's names."""
        return self._named(Buffer)

    def parameters(self) -> list[Parameter]:
        """Return the parameters, in PyTorch's order."""
        return list(self.named_parameters().values())

    def state(self) -> dict[str, Tensor]:
        """Return all tensors that make up the module's state, by name, as they are (not copies)."""
        return {name: item.value for name, item in (self.named_parameters() | self.named_buffers()).items()}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Copy a state into the module's tensors.

        Raises:
            SavedModelError: names or shapes differ; nothing is changed then.
        """
        self.check_state(state)
        for name, tensor in self.state().items():
            tensor.copy_(state[name])

    def check_state(self, state: dict[str, Tensor]) -> None:
        """Check that a state has the names and shapes of the module's own; its numbers are not looked at.

        Raises:
            SavedModelError: names or shapes differ.
        """
        own = self.state()
        if missing := sorted(own.keys() - state.keys()):
            raise SavedModelError(f"the state lacks {shortened(', '.join(missing), MOST_NAMES)}")
        if unexpected := sorted(state.keys() - own.keys()):
            names = shortened(", ".join(unexpected), MOST_NAMES)
            raise SavedModelError(f"the state holds {names}, which this network has no place for")
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
            for inner_name, item in child._named(kind).items()  # noqa: SLF001 - of its own class
        }
        return own | inner
