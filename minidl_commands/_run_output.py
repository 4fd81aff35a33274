"""Print the network before training and the results after it, for `minidl run`."""

from __future__ import annotations

import math
from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from minidl_commands._data_output import show_lines
from minidl_core import Module, Notice, Run, RunResult, SavedModelError, component_spec, hookimpl
from minidl_core.interfaces.notice import rows_line
from minidl_core.quoting import printable
from minidl_core.training.result import Seconds, mean_and_std


class StartReport:
    """Prints the rows of the data, notices about them, and the network once it is built.

    Warnings are omitted, because they have already been printed to standard error.

    Args:
        console: where to print.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._printed: set[Notice] = set()

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        """Print rows and network of the first repeat only, because all repeats share them, and new notices."""
        if run.repeat == 1:
            show_lines([rows_line(run.data.rows)], self.console)
        self.show_new(run.data.notices)
        if run.repeat == 1:
            self.console.print(network_table(run))

    def show_new(self, notices: Iterable[Notice]) -> None:
        """Print notices that were not printed yet, such as that of an engine after training."""
        new = [notice for notice in dict.fromkeys(notices) if not notice.warning and notice not in self._printed]
        self._printed.update(new)
        show_lines(map(str, new), self.console)


def network_table(run: Run) -> Table:
    """Return a table of the layers."""
    table = Table("#", "layer", "output", "parameters", box=SIMPLE_HEAD)
    table.columns[3].justify = "right"
    table.add_row("", "input", _shape(run.model.in_shape), "")
    for position, (layer, shape) in enumerate(zip(run.model.layers, run.model.shapes, strict=True), 1):
        table.add_row(str(position), _written(layer), _shape(shape), f"{_size(layer):,}")
    table.add_section()
    table.add_row("", "", "", f"{_size(run.model):,}")
    return table


def _written(layer: Module) -> str:
    """Return a layer as written in specs, or its `repr` if specs cannot express it."""
    try:
        return str(component_spec("layer", layer))
    except SavedModelError:
        return repr(layer)


def show_result(result: RunResult) -> None:
    """Print the scores and the time of each phase; for several repeats, as mean ± standard deviation."""
    console = Console()
    if result.summary:
        repeats = sum(bool(repeat.history) for repeat in result.repeats)
        over = f", mean ± standard deviation of {repeats} repeats" if repeats > 1 else ""
        epochs = len(result.repeats[-1].history)
        title = f"After {epochs} epoch{'s' if epochs > 1 else ''}{over}"
        table = Table("", *result.summary["train"], box=SIMPLE_HEAD, title=title)
        for part, scores in result.summary.items():
            table.add_row(part, *(_number(score) for score in scores.values()))
        console.print(table)
    console.print(_time_table(result))
    if result.saved is not None:
        console.print(f"Saved to {printable(result.saved)}", markup=False, highlight=False, soft_wrap=True)


def _time_table(result: RunResult) -> Table:
    """Return a table of the seconds of each phase, without a deviation if repeats share the time."""
    shared = any(one.together > 1 for one in result.repeats)
    table = Table("phase", "seconds, an equal share each" if shared else "seconds", box=SIMPLE_HEAD)
    for phase in Seconds.__dataclass_fields__:
        spent = mean_and_std([getattr(one.seconds, phase) for one in result.repeats])
        table.add_row(phase, f"{spent['mean']:.4g}" if shared else _number(spent))
    return table


def _number(value: dict[str, float]) -> str:
    return f"{value['mean']:.4g} ± {value['std']:.2g}" if math.isfinite(value["std"]) else f"{value['mean']:.4g}"


def _shape(shape: tuple[int, ...] | None) -> str:
    return "×".join(map(str, shape or ()))


def _size(module: Module) -> int:
    return sum(parameter.value.numel() for parameter in module.parameters())
