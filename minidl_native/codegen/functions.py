"""Functions of expressions, printed as instructions."""

from __future__ import annotations

from collections.abc import Sequence

from minidl_native.codegen import mathematics
from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.ir_types import is_float, suffix, value_type
from minidl_native.codegen.shuffles import half, narrowed, shuffled, widened
from minidl_native.kernels.view import DType

_INSTRUCTIONS = {
    "add": ("fadd contract", "add"),
    "sub": ("fsub contract", "sub"),
    "mul": ("fmul contract", "mul"),
    "div": ("fdiv", ""),
    "and": ("", "and"),
    "or": ("", "or"),
    "xor": ("", "xor"),
}
"""The instructions for floating-point numbers and for integers."""

_COMPARISONS = {
    "eq": ("oeq", "eq", "eq"),
    "ne": ("une", "ne", "ne"),
    "lt": ("olt", "slt", "ult"),
    "le": ("ole", "sle", "ule"),
    "gt": ("ogt", "sgt", "ugt"),
    "ge": ("oge", "sge", "uge"),
}
"""The conditions for floating-point numbers, integers and bools."""

_INTRINSICS = {
    "abs": "fabs",
    "sqrt": "sqrt",
    "floor": "floor",
    "ceil": "ceil",
    "trunc": "trunc",
    "round": "rint",
    "fma": "fmuladd",
}
"""LLVM's functions of floating-point numbers; `rint` rounds halves to even."""

MATHEMATICS = frozenset({"exp", "expm1", "log", "log1p", "tanh", "sigmoid", "erf", "sin", "cos", "pow"})
"""The functions that `codegen.mathematics` defines."""


def write_function(  # noqa: PLR0911 - one for each kind of function
    writer: FunctionWriter,
    function: str,
    dtype: DType,
    arguments: Sequence[str],
    lanes: int,
    of: Sequence[DType] | None = None,
) -> str:
    """Write a function of values.

    Args:
        writer: the function that is being written.
        function: its name, as in `Apply`.
        dtype: the type of the result.
        arguments: the values of the arguments.
        lanes: the elements of each value.
        of: the types of the arguments; None for that of the result.

    Raises:
        NotImplementedError: there is no such function of these types.
    """
    of = [dtype] if of is None else of
    kind = value_type(of[0], lanes)
    if function in _COMPARISONS:
        ordered, signed, unsigned = _COMPARISONS[function]
        condition = f"fcmp {ordered}" if is_float(of[0]) else f"icmp {unsigned if of[0] == 'b1' else signed}"
        return writer.put(f"{condition} {kind} {arguments[0]}, {arguments[1]}")
    if function == "select":
        return write_select(writer, dtype, arguments[0], arguments[1], arguments[2], lanes)
    if function == "convert":
        return convert(writer, arguments[0], of[0], dtype, lanes)
    if function in {"maximum", "minimum"}:
        return extreme(writer, function, dtype, arguments[0], arguments[1], lanes)
    if function in _INSTRUCTIONS:
        instruction = _INSTRUCTIONS[function][0 if is_float(dtype) else 1]
        if not instruction:
            raise NotImplementedError(f"{function} of {dtype}")
        return writer.put(f"{instruction} {kind} {arguments[0]}, {arguments[1]}")
    if is_float(dtype):
        return _of_floats(writer, function, dtype, arguments, lanes)
    return _of_integers(writer, function, dtype, arguments, lanes)


def write_select(writer: FunctionWriter, dtype: DType, condition: str, chosen: str, other: str, lanes: int) -> str:
    """Write a choice between two values by a condition for each lane."""
    kind = value_type(dtype, lanes)
    return writer.put(f"select {value_type('b1', lanes)} {condition}, {kind} {chosen}, {kind} {other}")


def extreme(writer: FunctionWriter, function: str, dtype: DType, first: str, second: str, lanes: int) -> str:
    """Write the larger or the smaller of two values; NaN if either is."""
    kind, is_largest = value_type(dtype, lanes), function == "maximum"
    if not is_float(dtype):
        sign = "u" if dtype == "b1" else "s"
        condition = writer.put(f"icmp {sign}{'gt' if is_largest else 'lt'} {kind} {first}, {second}")
        return write_select(writer, dtype, condition, first, second, lanes)
    # True if `first` is NaN, which is then chosen.
    condition = writer.put(f"fcmp {'ugt' if is_largest else 'ult'} {kind} {first}, {second}")
    chosen = write_select(writer, dtype, condition, first, second, lanes)
    if writer.is_number(second):
        return chosen
    is_nan = writer.put(f"fcmp uno {kind} {second}, {second}")
    return write_select(writer, dtype, is_nan, second, chosen, lanes)


def convert(writer: FunctionWriter, value: str, source: DType, target: DType, lanes: int) -> str:
    """Write the conversion of a value to another type."""
    before, after = value_type(source, lanes), value_type(target, lanes)
    if source == target:
        return value
    if target == "b1":
        comparison = f"fcmp une {before}" if is_float(source) else f"icmp ne {before}"
        return writer.put(f"{comparison} {value}, {writer.constant(0, source, lanes)}")
    if is_float(source) and is_float(target):
        instruction = "fpext" if target == "f64" else "fptrunc"
    elif is_float(source):
        instruction = "fptosi"
    elif is_float(target):
        instruction = "uitofp" if source == "b1" else "sitofp"
    else:
        instruction = "zext"
    return writer.put(f"{instruction} {before} {value} to {after}")


def _of_floats(writer: FunctionWriter, function: str, dtype: DType, arguments: Sequence[str], lanes: int) -> str:
    kind = value_type(dtype, lanes)
    if function == "neg":
        return writer.put(f"fneg {kind} {arguments[0]}")
    if function == "sign":
        zero = writer.constant(0.0, dtype, lanes)
        above = writer.put(f"fcmp ogt {kind} {arguments[0]}, {zero}")
        below = writer.put(f"fcmp olt {kind} {arguments[0]}, {zero}")
        negative = write_select(writer, dtype, below, writer.constant(-1.0, dtype, lanes), zero, lanes)
        return write_select(writer, dtype, above, writer.constant(1.0, dtype, lanes), negative, lanes)
    if function in _INTRINSICS:
        name = f"llvm.{_INTRINSICS[function]}.{suffix(dtype, lanes)}"
        flags = "contract " if function == "fma" else ""
        return writer.call(name, kind, [(kind, argument) for argument in arguments], flags)
    if function in MATHEMATICS:
        return _mathematical(writer, function, dtype, arguments, lanes)
    raise NotImplementedError(f"{function} of {dtype}")


def _of_integers(writer: FunctionWriter, function: str, dtype: DType, arguments: Sequence[str], lanes: int) -> str:
    kind, value = value_type(dtype, lanes), arguments[0]
    if function == "not":
        return writer.put(f"xor {kind} {value}, {writer.constant(-1 if dtype == 'i64' else 1, dtype, lanes)}")
    if function in {"floor", "ceil", "round", "trunc"}:
        return value
    zero = writer.constant(0, dtype, lanes)
    if function == "neg":
        return writer.put(f"sub {kind} {zero}, {value}")
    if function == "abs":
        return extreme(writer, "maximum", dtype, value, writer.put(f"sub {kind} {zero}, {value}"), lanes)
    if function == "sign":
        low = extreme(writer, "maximum", dtype, value, writer.constant(-1, dtype, lanes), lanes)
        return extreme(writer, "minimum", dtype, low, writer.constant(1, dtype, lanes), lanes)
    raise NotImplementedError(f"{function} of {dtype}")


def _mathematical(writer: FunctionWriter, function: str, dtype: DType, arguments: Sequence[str], lanes: int) -> str:
    """Call a function of `mathematics`, which is printed for whole vectors only."""
    writer.mathematics.add((function, dtype))
    width, scalar = writer.target.lanes(dtype), value_type(dtype, 1)
    if lanes > width:
        parts = [[half(writer, one, dtype, lanes, part) for one in arguments] for part in range(2)]
        first, second = (_mathematical(writer, function, dtype, part, lanes // 2) for part in parts)
        return shuffled(writer, first, second, dtype, lanes // 2, range(lanes))
    if lanes < width:
        arguments = [widened(writer, argument, scalar, lanes, width) for argument in arguments]
    kind = value_type(dtype, width)
    values = ", ".join(f"{kind} {argument}" for argument in arguments)
    result = writer.put(f"call {kind} {mathematics.name(function, dtype, width)}({values})")
    return narrowed(writer, result, scalar, width, lanes) if lanes < width else result
