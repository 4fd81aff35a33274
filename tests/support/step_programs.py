"""Programs of training steps of networks of linear and relu layers, as lowering makes them from PyTorch's operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from minidl_native.kernels.expression import Apply, Constant, Expression, Load, Number, loads
from minidl_native.kernels.kernel import Elementwise, Kernel, Phase, Product, Reduction, StoreResult, TakeRows
from minidl_native.kernels.program import Program, Role, Storage
from minidl_native.kernels.view import DType, View, contiguous


def step_program(
    widths: Sequence[int], optimizer: Literal["sgd", "momentum", "adam"] = "sgd", batch: int = 10
) -> Program:
    """Return a step with the mean squared error.

    Args:
        widths: the features of the inputs, and after each linear layer.
        optimizer: how the block of parameters is updated.
        batch: the samples of a step.
    """
    return StepProgram(tuple(widths), batch).step(optimizer)


@dataclass
class StepProgram:
    """A step that is being written.

    Attributes:
        widths: the features of the inputs, and after each linear layer.
        batch: the samples of a step.
    """

    widths: tuple[int, ...]
    batch: int
    phase: Phase = "forward"
    storages: dict[int, Storage] = field(default_factory=dict)
    kernels: list[Kernel] = field(default_factory=list)

    def step(self, optimizer: Literal["sgd", "momentum", "adam"]) -> Program:
        """Write the whole step."""
        self.block = self.new((sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(self.widths)),), role="state")
        x, target = self.new((self.batch, self.widths[0])), self.new((self.batch, self.widths[-1]))
        self.kernels += [TakeRows(x, "inputs"), TakeRows(target, "targets")]
        inputs, weights = self.forward(x)
        grad = self.loss(inputs.pop(), target)
        self.phase = "backward"
        gradients = self.backward(inputs, weights, grad)
        self.phase = "update"
        getattr(self, optimizer)(self.gathered(gradients))
        return Program(tuple(self.kernels), self.storages, "f32", self.batch, 1, 2, 0)

    def forward(self, x: View) -> tuple[list[View], list[View]]:
        """Write the layers; return what each of them reads, with the outputs, and their weights."""
        values, weights, offset = [x], [], 0
        for fan_in, fan_out in pairwise(self.widths):
            weight = replace(contiguous(self.block.storage, (fan_out, fan_in), "f32"), offset=offset)
            bias = View(self.block.storage, offset + weight.count, (fan_out,), (1,), "f32")
            offset = bias.end
            weights.append(weight)
            value = self.apply("add", self.product(values[-1], transposed(weight)), bias)
            is_last = len(weights) == len(self.widths) - 1
            values.append(value if is_last else self.apply("maximum", value, Constant(0.0, "f32")))
        return values, weights

    def loss(self, y: View, target: View) -> View:
        """Write the mean squared error; return its gradient."""
        difference = self.apply("sub", y, target)
        squares = self.apply("mul", difference, difference)
        total = self.sum(squares, (0, 1))
        self.kernels.append(
            StoreResult(self.apply("div", total, Constant(10.0, "f32")), 0, ends_run=True, phase="forward")
        )
        return self.apply("mul", difference, Constant(0.2, "f32"))

    def backward(self, inputs: list[View], weights: list[View], grad: View) -> list[View]:
        """Write the gradients from the last layer to the first; return those of the parameters from the first on."""
        gradients: list[View] = []
        for weight in reversed(weights):
            x = inputs.pop()
            gradients = [self.product(transposed(grad), x), self.sum(grad, (0,)), *gradients]
            grad = self.product(grad, weight)
            if inputs:
                grad = self.apply("mul", self.apply("sign", x), grad)
        return gradients

    def gathered(self, gradients: Sequence[View]) -> View:
        """Write gradients one after another in one vector."""
        out, offset = self.new(self.block.shape), 0
        for gradient in gradients:
            part = View(out.storage, offset, (gradient.count,), (1,), "f32")
            flat = View(gradient.storage, 0, part.shape, part.strides, "f32")
            self.kernels.append(Elementwise(part, Load(flat), self.phase))
            offset = part.end
        return out

    def sgd(self, grad: View) -> None:
        """Write `value -= lr * grad`."""
        self.apply("sub", self.block, self.apply("mul", grad, Number(0, "f32")), out=self.block)

    def momentum(self, grad: View) -> None:
        """Write `m = 0.9 * m + grad` and `value -= lr * m`, in place."""
        m = self.new(self.block.shape, role="state")
        self.apply("mul", m, Constant(0.9, "f32"), out=m)
        self.sgd(self.apply("add", m, grad, out=m))

    def adam(self, grad: View) -> None:
        """Write Adam's moments and its update."""
        m, v = self.new(self.block.shape, role="state"), self.new(self.block.shape, role="state")
        self.apply("mul", m, Constant(0.9, "f32"), out=m)
        self.apply("add", m, self.apply("mul", grad, Constant(0.1, "f32")), out=m)
        self.apply("mul", v, Constant(0.99, "f32"), out=v)
        scaled = self.apply("mul", grad, Constant(0.01, "f32"))
        self.apply("add", v, self.apply("mul", scaled, grad), out=v)
        root = Apply("sqrt", (Load(v),), "f32")
        divisor = self.apply("add", self.apply("div", root, Number(1, "f32")), Constant(1e-8, "f32"))
        step = self.apply("div", self.apply("mul", m, Number(0, "f32")), divisor)
        self.apply("sub", self.block, step, out=self.block)

    def new(self, shape: tuple[int, ...], dtype: DType = "f32", role: Role = "temporary") -> View:
        """Return a view of a new storage."""
        view = contiguous(len(self.storages), shape, dtype)
        self.storages[view.storage] = Storage(dtype, view.count, role)
        return view

    def apply(
        self, function: str, *arguments: View | Expression, dtype: DType = "f32", out: View | None = None
    ) -> View:
        """Write a function of views and numbers, broadcast to the first view's shape."""
        first = arguments[0] if isinstance(arguments[0], View) else next(loads(arguments[0]))
        out = out or self.new(first.shape, dtype)
        values = tuple(Load(one.expand(out.shape)) if isinstance(one, View) else one for one in arguments)
        self.kernels.append(Elementwise(out, Apply(function, values, dtype), self.phase))
        return out

    def product(self, left: View, right: View) -> View:
        """Write a product of matrices."""
        out, one = self.new((left.shape[0], right.shape[1])), Constant(1.0, "f32")
        self.kernels.append(Product(out, left, right, None, one, one, self.phase))
        return out

    def sum(self, view: View, dims: tuple[int, ...]) -> View:
        """Write the sum over dimensions."""
        out = self.new(tuple(size for dim, size in enumerate(view.shape) if dim not in dims))
        strides = iter(out.strides)
        over = replace(
            out, shape=view.shape, strides=tuple(0 if dim in dims else next(strides) for dim in range(len(view.shape)))
        )
        self.kernels.append(Reduction(over, Load(view), dims, "sum", None, accumulate=False, phase=self.phase))
        return out


def transposed(view: View) -> View:
    """Return a matrix with rows and columns swapped."""
    return replace(view, shape=view.shape[::-1], strides=view.strides[::-1])
