"""Prints a comparison as tables."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from minidl_compare.comparison_result import PHASES, SIDES, VARIED, Comparison, Quartiles, Side, StepTime
from minidl_core.interfaces.notice import rows_line
from minidl_core.training.result import mean_and_std

NAMES: dict[Side, str] = {"minidl": "minidl", "python": "in Python", "torch": "PyTorch"}


def show(result: Comparison) -> None:
    """Print rows and notices, both sides' time of each phase and test scores, and the largest difference of losses."""
    console = Console()
    for line in (rows_line(result.rows), *(str(one) for one in result.notices if not one.warning)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(_phases(result))
    console.print(_ratios(result))
    console.print(_scores(result))
    differences = result.loss_differences
    largest = max(differences)
    console.print(
        f"minidl's engine: {result.minidl[0].engine}\n"
        f"Largest difference between the learning curves: {largest:.2g} (epoch {differences.index(largest) + 1})"
    )
    for varied, times in result.steps.items():
        console.print(_steps(VARIED[varied], times))


def _phases(result: Comparison) -> Table:
    table = _table("milliseconds", _over(result), *_names(result.sides))
    for phase in PHASES:
        table.add_row(phase, *(_spread([1000 * one for one in result.seconds(side, phase)]) for side in result.sides))
    return table


def _ratios(result: Comparison) -> Table:
    ours = [side for side in result.sides if side != "torch"]
    columns = [column for name in _names(ours) for column in (name, "quartiles")]
    table = _table("PyTorch's time by", "Ratios: median and quartiles of the pairs", *columns)
    for phase in PHASES:
        table.add_row(phase, *(cell for side in ours for cell in _quartiles(result.ratio(phase, side))))
    return table


def _scores(result: Comparison) -> Table:
    table = _table("on test samples", _over(result), *_names(result.sides))
    for name in result.score_names:
        table.add_row(name, *(_spread(result.scores(side, name)) for side in result.sides))
    return table


def _steps(varied: str, times: list[StepTime]) -> Table:
    sides = [side for side in SIDES if getattr(times[0], side) is not None]
    columns = [*_names(sides), *(f"ratio, {name}" for name in _names(sides[:-1]))]
    table = _table(varied, "Microseconds of a step, median of 5", *columns)
    for time in times:
        spent = [_microseconds(getattr(time, side)["step"]) for side in sides]
        ratios = [f"{ratio.median:.2f}" for ratio in (time.ratio, time.ratio_python) if ratio is not None]
        table.add_row(f"{time.size:,}", *spent, *ratios)
    return table


def _microseconds(seconds: float) -> str:
    """Return a time with three digits, or all digits before the point."""
    found = 1e6 * seconds
    return f"{found:,.0f}" if found >= 100 else f"{found:.3g}"  # noqa: PLR2004 - three digits


def _names(sides: Iterable[Side]) -> list[str]:
    return [NAMES[side] for side in sides]


def _quartiles(ratio: Quartiles) -> tuple[str, str]:
    return f"{ratio.median:.2f}", f"{ratio.low:.2f} to {ratio.high:.2f}"


def _table(first: str, title: str, *columns: str) -> Table:
    table = Table(first, *columns, box=SIMPLE_HEAD, title=title)
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    return table


def _over(result: Comparison) -> str:
    repeats = len(result.minidl)
    epochs = "1 epoch" if result.config.epochs == 1 else f"{result.config.epochs} epochs"
    return f"{epochs}, mean ± standard deviation of {repeats} repeats" if repeats > 1 else epochs


def _spread(values: list[float]) -> str:
    found = mean_and_std(values)
    return f"{found['mean']:.4g} ± {found['std']:.2g}" if len(values) > 1 else f"{found['mean']:.4g}"
