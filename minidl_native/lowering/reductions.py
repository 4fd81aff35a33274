"""The table of reductions: the formula of each, over the dimensions that its arguments name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from minidl_native.lowering.functions import eq, exp, log, log1p, maximum, minimum, ne, power, select, sqrt, square
from minidl_native.lowering.kernel_writer import Combining, KernelWriter
from minidl_native.lowering.term import NoKernelError, Term, term_of


@dataclass(frozen=True, slots=True)
class Over:
    """Reductions over some dimensions, which keep the size 1 so that results broadcast.

    Attributes:
        writer: writes the kernels.
        dims: the dimensions, ascending.
    """

    writer: KernelWriter
    dims: tuple[int, ...]

    def count(self, x: Term) -> int:
        """Return the number of elements that make one result."""
        return math.prod(x.shape[dim] for dim in self.dims)

    def keep(self, x: Term) -> Term:
        """Return a value that is computed once and read from memory."""
        return term_of(self.writer.keep(x))

    def sum(self, x: Term, divisor: float = 1) -> Term:
        """Return the sum, divided by a number; b1 are counted."""
        scale = None if divisor == 1 else 1 / divisor if divisor else math.inf
        return self.writer.reduce("sum", x.to("i64") if x.dtype == "b1" else x, self.dims, scale)

    def mean(self, x: Term) -> Term:
        """Return the mean."""
        if not self.count(x):
            raise NoKernelError("the mean of nothing")
        return self.sum(x, self.count(x))

    def variance(self, x: Term, correction: float = 1) -> Term:
        """Return the variance, by two passes; divided by the number of elements less a correction."""
        return self.sum(square(x - self.mean(x)), max(0, self.count(x) - correction))

    def norm(self, x: Term, order: float = 2) -> Term:
        """Return the norm of an order."""
        if order == 2:  # noqa: PLR2004 - the Euclidean norm
            return sqrt(self.sum(square(x)))
        if order == 0:
            return self.sum(ne(x, 0).to(x.dtype))
        if math.isinf(order):
            return self.max(abs(x)) if order > 0 else self.min(abs(x))
        return power(self.sum(power(abs(x), order)), 1 / order)

    def prod(self, x: Term) -> Term:
        """Return the product."""
        return self.writer.reduce("prod", x.to("i64") if x.dtype == "b1" else x, self.dims)

    def max(self, x: Term) -> Term:
        """Return the largest element; NaN if there is one."""
        return self._extreme("max", "any", x)

    def min(self, x: Term) -> Term:
        """Return the smallest element; NaN if there is one."""
        return self._extreme("min", "all", x)

    def any(self, x: Term) -> Term:
        """Return whether any element is not 0."""
        return self.writer.reduce("any", x.to("b1"), self.dims)

    def all(self, x: Term) -> Term:
        """Return whether no element is 0."""
        return self.writer.reduce("all", x.to("b1"), self.dims)

    def argmax(self, x: Term) -> Term:
        """Return the index of the first largest element, of the flattened value if there are several dimensions."""
        return self._index("argmax", x)

    def argmin(self, x: Term) -> Term:
        """Return the index of the first smallest element, like `argmax`."""
        return self._index("argmin", x)

    def logsumexp(self, x: Term) -> Term:
        """Return log Σ eˣ, without overflow."""
        largest = self.max(x)
        shift = select(eq(abs(largest), math.inf), 0, largest)
        return log(self.sum(exp(x - shift))) + shift

    def softmax(self, x: Term) -> Term:
        """Return eˣ / Σ eˣ, without overflow."""
        exponential = self.keep(exp(x - self.max(x)))
        return exponential / self.sum(exponential)

    def log_softmax(self, x: Term) -> Term:
        """Return x - log Σ eˣ, without overflow."""
        shifted = self.keep(x - self.max(x))
        return shifted - self.keep(log(self.sum(exp(shifted))))

    def _extreme(self, how: Combining, of_bools: Combining, x: Term) -> Term:
        return self.writer.reduce(of_bools if x.dtype == "b1" else how, x, self.dims)

    def _index(self, how: Combining, x: Term) -> Term:
        x = x.to("i64") if x.dtype == "b1" else x
        if len(self.dims) == 1:
            return self.writer.reduce(how, x, self.dims)
        flat = replace(self.writer.keep(x), shape=(math.prod(x.shape),), strides=(1,))
        found = self.writer.keep(self.writer.reduce(how, term_of(flat), (0,)))
        return term_of(replace(found, shape=(1,) * len(x.shape), strides=(0,) * len(x.shape)))


def _huber(distance: Term, delta: float) -> Term:
    return select(distance <= delta, square(distance) / 2, delta * (distance - delta / 2))


def _reduced(over: Over, x: Term, reduction: int) -> Term:
    return x if reduction == 0 else over.mean(x) if reduction == 1 else over.sum(x)


REDUCTIONS: dict[str, Callable[..., Term | tuple[Term, ...]]] = {
    "sum": Over.sum,
    "nansum": lambda over, x: over.sum(select(ne(x, x), 0, x)),
    "mean": Over.mean,
    "prod": Over.prod,
    "var": Over.variance,
    "std": lambda over, x, correction=1: sqrt(over.variance(x, correction)),
    "var_mean": lambda over, x, correction=1: (over.variance(x, correction), over.mean(x)),
    "std_mean": lambda over, x, correction=1: (sqrt(over.variance(x, correction)), over.mean(x)),
    "linalg_vector_norm": lambda over, x, ord=2: over.norm(x, ord),  # noqa: A006 - PyTorch's name
    "norm": lambda over, x, p=2: over.norm(x, p),
    "amax": Over.max,
    "amin": Over.min,
    "aminmax": lambda over, x: (over.min(x), over.max(x)),
    "max.default": Over.max,
    "max": lambda over, x: (over.max(x), over.argmax(x)),
    "min.default": Over.min,
    "min": lambda over, x: (over.min(x), over.argmin(x)),
    "argmax": Over.argmax,
    "argmin": Over.argmin,
    "any": Over.any,
    "all": Over.all,
    "count_nonzero": lambda over, x: over.sum(x.to("b1")),
    "logsumexp": Over.logsumexp,
    "_softmax": Over.softmax,
    "_log_softmax": Over.log_softmax,
    "_softmax_backward_data": lambda over, grad, output: output * (grad - over.sum(grad * output)),
    "_log_softmax_backward_data": lambda over, grad, output: grad - exp(output) * over.sum(grad),
    # losses
    "mse_loss": lambda over, x, y, *, reduction=1: _reduced(over, square(x - y), reduction),
    "huber_loss": lambda over, x, y, *, reduction=1, delta=1: _reduced(over, _huber(abs(x - y), delta), reduction),
    "smooth_l1_loss": lambda over, x, y, *, reduction=1, beta=1: _reduced(
        over, _huber(abs(x - y), beta) / beta, reduction
    ),
    "binary_cross_entropy": lambda over, x, y, *, reduction=1: _reduced(
        over, -(y * maximum(log(x), -100) + (1 - y) * maximum(log1p(-x), -100)), reduction
    ),
    "binary_cross_entropy_with_logits": lambda over, x, y, *, reduction=1: _reduced(
        over, (1 - y) * x - minimum(x, 0) + log1p(exp(-abs(x))), reduction
    ),
}
"""The formulas by name; they take an `Over`, the tensors as values, and other arguments by name, but `dim`, `keepdim`
and `dtype`. A formula of several results returns a tuple; results that the operation does not have are left out."""
