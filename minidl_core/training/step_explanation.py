"""Explanations of training steps, for people."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from minidl_core.assembly import component_spec
from minidl_core.errors import SavedModelError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import kind_of
from minidl_core.shapes import Shape
from minidl_core.training.run_state import Run

FORMULA = re.compile(r"^(\w+:) {2,}\S.*(?:\n +\S.*)*", re.MULTILINE)
"""A formula of a docstring and its name, such as `Forward:   y = max(x, 0)`; it goes on in indented lines."""


@dataclass(frozen=True)
class StepExplanation:
    """How an engine takes a step of a run.

    Attributes:
        engine: the name of the engine that takes the steps.
        text: how it takes a step, in lines.
        notice: why the steps are taken by another engine than asked for, in one sentence; empty if they are not.
    """

    engine: str
    text: str
    notice: str = ""


def parts_in_order(run: Run) -> str:
    """Return the calls of a step in order, as text: parts with shapes and with the formulas of their docstrings.

    Args:
        run: the run, ready for training.
    """
    batch = min(run.batch_size, len(run.data.train.inputs))
    layers = list(_layers(run.model, batch))
    prediction = _shape((batch, *(run.model.out_shape or ())))
    loss = f"loss {_spec(run.loss)}"
    targets = _shape((batch, *run.data.train.targets.shape[1:]))
    size = sum(parameter.value.numel() for parameter in run.model.parameters())
    lines = ["forward:"]
    for name, layer, x, y in layers:
        lines += _entry(f"{name}: {x} to {y}", layer, "Forward")
    lines += _entry(f"{loss}: {prediction} and targets {targets} to a number", run.loss, "Forward")
    lines += ["backward:", *_entry(f"{loss}: to {prediction}", run.loss, "Backward")]
    for name, layer, x, y in reversed(layers):
        own = [f"{one} {_shape(parameter.value.shape)}" for one, parameter in layer.named_parameters().items()]
        gradients = f", gradients of {', '.join(own)}" if own else ""
        lines += _entry(f"{name}: {y} to {x}{gradients}", layer, "Backward")
    optimizer = f"optimizer {_spec(run.optimizer)}: {size:,} parameters"
    return "\n".join([*lines, "update:", *_entry(optimizer, run.optimizer, "")]) + "\n"


def _layers(model: Sequential, batch: int, around: str = "") -> Iterator[tuple[str, Module, str, str]]:
    """Yield the layers with their names and the shapes of a batch of inputs and outputs; chains are opened."""
    before = model.in_shape or ()
    for position, (layer, after) in enumerate(zip(model.layers, model.shapes, strict=True), 1):
        number = f"{around}{position}"
        if isinstance(layer, Sequential):
            yield from _layers(layer, batch, f"{number}.")
        else:
            yield f"{number} {_spec(layer)}", layer, _shape((batch, *before)), _shape((batch, *after))
        before = after


def _entry(title: str, part: Component, formula: str) -> list[str]:
    """Return the lines on a part: a title, and the formula of that name in its docstring; all if there is no name.

    A part without such a formula is described by the first line of its docstring.
    """
    docstring = inspect.getdoc(type(part)) or ""
    formulas = list(FORMULA.finditer(docstring))
    if not formula:
        lines = [line for match in formulas for line in match[0].splitlines()]
    else:
        lines = [line for match in formulas if match[1] == f"{formula}:" for line in _unlabeled(match).splitlines()]
    return [f"  {title}", *(f"    {line}" for line in lines or docstring.splitlines()[:1])]


def _unlabeled(formula: re.Match[str]) -> str:
    """Return a formula without its name, with its lines aligned as in the docstring."""
    label = formula[1]
    return textwrap.dedent(formula[0].replace(label, " " * len(label), 1))


def _spec(part: Component) -> str:
    """Return a part as written in specifications, or its `repr` if these cannot express it."""
    kind = kind_of(type(part))
    try:
        return repr(part) if kind is None else str(component_spec(kind.name, part))
    except SavedModelError:
        return repr(part)


def _shape(shape: Shape) -> str:
    return "×".join(map(str, shape)) or "a number"
