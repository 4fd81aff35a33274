"""The kinds of kernels.

Each kind tells the views that it reads (with those it adds to) and writes, and `map_views` replaces them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, TypeAlias

from minidl_native.kernels.expression import Expression, Load, loads, map_loads
from minidl_native.kernels.view import View

Phase = Literal["forward", "backward", "update"]
"""The part of a step that a kernel belongs to; its time is reported there."""


Change = Callable[[View], View]


def _map_expression(expression: Expression, change: Change) -> Expression:
    return map_loads(expression, lambda load: Load(change(load.view)))


@dataclass(frozen=True, slots=True)
class NumberAt:
    """A number of Python among the arguments of a foreign operation that is read from a view of one element."""

    view: View


def _map_argument(argument: Any, change: Change) -> Any:
    if isinstance(argument, View):
        return change(argument)
    if isinstance(argument, NumberAt):
        return NumberAt(change(argument.view))
    return tuple(_map_argument(one, change) for one in argument) if isinstance(argument, tuple) else argument


@dataclass(frozen=True, slots=True)
class TakeRows:
    """Copies the rows of the step's batch from the data: `out[i] = data[rows[i]]`.

    Attributes:
        out: the batch, of shape `(batch, *features)`.
        source: whether the data are inputs or targets; they are contiguous.
        phase: the part of the step.
    """

    out: View
    source: Literal["inputs", "targets"]
    phase: Phase = "forward"

    @property
    def reads(self) -> tuple[View, ...]:
        """The views that it reads."""
        return ()

    @property
    def writes(self) -> tuple[View, ...]:
        """The views that it writes."""
        return (self.out,)

    def map_views(self, change: Change) -> Self:
        """Return the kernel with each view replaced."""
        return replace(self, out=change(self.out))


@dataclass(frozen=True, slots=True)
class Elementwise:
    """Writes the value of an expression to each element of a view.

    All loads are of `out.shape`. An element is read before it is written, so that `out` may be one of the views read;
    views that overlap `out` otherwise are not allowed.
    """

    out: View
    value: Expression
    phase: Phase

    @property
    def reads(self) -> tuple[View, ...]:
        """The views that it reads."""
        return tuple(loads(self.value))

    @property
    def writes(self) -> tuple[View, ...]:
        """The views that it writes."""
        return (self.out,)

    def map_views(self, change: Change) -> Self:
        """Return the kernel with each view replaced."""
        return replace(self, out=change(self.out), value=_map_expression(self.value, change))


@dataclass(frozen=True, slots=True)
class Fused:
    """Elementwise kernels of one shape in a single loop, one after the other for each element.

    Attributes:
        parts: the kernels, in order.
        unstored: the storages that only these kernels use, so that their values stay in registers.
        phase: the part of the step.
    """

    parts: tuple[Elementwise, ...]
    unstored: frozenset[int]
    phase: Phase

    @property
    def reads(self) -> tuple[View, ...]:
        """The views that it reads."""
        return tuple(view for part in self.parts for view in part.reads)

    @property
    def writes(self) -> tuple[View, ...]:
        """The views that it writes."""
        return tuple(part.out for part in self.parts)

    def map_views(self, change: Change) -> Self:
        """Return the kernel with each view replaced."""
        return replace(self, parts=tuple(part.map_views(change) for part in self.parts))


@dataclass(frozen=True, slots=True)
class Reduction:
    """Combines the values of an expression along dimensions.

    Attributes:
        out: the results, over the whole domain: strides are 0 along `dims`.
        value: the expression; all loads are of `out.shape`.
        dims: the dimensions to reduce, ascending.
        operation: how values are combined. `argmax` and `argmin` give the index (i64) of the first extreme along a
            single dimension; NaN is the most extreme.
        scale: the factor of the result of a sum, an expression without loads; 1 over the count for a mean.
        accumulate: True to add the scaled result to `out` instead of replacing it; only for sums.
        phase: the part of the step.
    """

    out: View
    value: Expression
    dims: tuple[int, ...]
    operation: Literal["sum", "prod", "max", "min", "argmax", "argmin", "any", "all"]
    scale: Expression | None
    accumulate: bool
    phase: Phase

    @property
    def reads(self) -> tuple[View, ...]:
        """The views that it reads."""
        return (*loads(self.value), *((self.out,) if self.accumulate else ()))

    @property
    def writes(self) -> tuple[View, ...]:
        """The views that it writes."""
        return (self.out,)

    def map_views(self, change: Change) -> Self:
        """Return the kernel with each view replaced."""
        return replace(self, out=change(self.out), value=_map_expression(self.value, change))


@dataclass(frozen=True, slots=True)
class Scan:
    """Cumulative sums along a dimension: `out[..., i] = sum(source[..., :i + 1])`."""

    out: View
    source: View
    dim: int
    phase: Phase

    @property
    def reads(self) -> tuple[View, ...]:
        """The views that it reads."""
        return (self.source,)

    @property
    def writes(self) -> tuple[View, ...]:
        """The views that it writes."""
        return (self.out,)

    def map_views(self, change: Change) -> Self:
        """Return the kernel with each view replaced."""
        return replace(self, out=change(self.out), source=change(self.source))


@dataclass(frozen=True, slots=True)
class Product:
    """Matrix products: `out = alpha * (left @ right) + beta * addend`.

    Shapes: left `(*, rows, inner)`, right `(*, inner, columns)`, out `(*, rows, columns)`, addend as out; the same
    leading dimensions, with strides of 0 where a matrix is repeated. `addend` may be `out` itself: accumulation.

    Attributes:
        out: the result.
        left: the left factor.
        right: the right factor.
        addend: what is added, expanded to the shape of `out`; None adds nothing.
        alpha: the factor of the product, an expression without loads.
        beta: the factor of the addend, alike.
        phase: the part of the step.
    """

    out: View
    left: View
    right: View
    addend: View | None
    alpha: Expression
    beta: Expression
    phase: Phase

    @property
    def reads(self) -> tuple[View, ...]:
        """The views that it reads."""
        return (self.left, self.right, *(() if self.addend is None else (self.addend,)))

    @property
    def writes(self) -> tuple[View, ...]:
        """The views that it writes."""
        return (self.out,)

    def map_views(self, change: Change) -> Self:
        """Return the kernel with each view replaced."""
        addend = None if self.addend is None else change(self.addend)
        return replace(self, out=change(self.out), left=change(self.left), right=change(self.right), addend=addend)


@dataclass(frozen=True, slots=True)
class Foreign:
    """An operation that PyTorch runs, called back from the compiled code.

    Attributes:
        name: the operation with its overload, such as `aten.convolution.default`.
        arguments: its arguments, as recorded, with views for tensors, and `NumberAt` for numbers that change.
        keywords: its keyword arguments.
        reads: the views that it reads.
        writes: the views that its results are copied to, or that it writes in place.
        phase: the part of the step.
        part: the name of the part that calls it, for messages.
    """

    name: str
    arguments: tuple[Any, ...]
    keywords: tuple[tuple[str, Any], ...]
    reads: tuple[View, ...]
    writes: tuple[View, ...]
    phase: Phase
    part: str = ""

    def map_views(self, change: Change) -> Self:
        """Return the kernel with each view replaced."""
        return replace(
            self,
            arguments=_map_argument(self.arguments, change),
            keywords=_map_argument(self.keywords, change),
            reads=tuple(map(change, self.reads)),
            writes=tuple(map(change, self.writes)),
        )


@dataclass(frozen=True, slots=True)
class StoreResult:
    """Writes a single number to the results of the step, such as its loss.

    Attributes:
        source: the number, a view of one element.
        index: its position in the results of the step.
        ends_run: True to end the run before the rest of the step if the number is infinite or NaN.
        phase: the part of the step.
    """

    source: View
    index: int
    ends_run: bool
    phase: Phase

    @property
    def reads(self) -> tuple[View, ...]:
        """The views that it reads."""
        return (self.source,)

    @property
    def writes(self) -> tuple[View, ...]:
        """The views that it writes."""
        return ()

    def map_views(self, change: Change) -> Self:
        """Return the kernel with each view replaced."""
        return replace(self, source=change(self.source))


Kernel: TypeAlias = TakeRows | Elementwise | Fused | Reduction | Scan | Product | Foreign | StoreResult
