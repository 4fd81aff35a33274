"""Prints a comparison as tables."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from minidl_compare.comparison_result import PHASES, SIDES, VARIED, Comparison, StepTime
from minidl_core.interfaces.notice import rows_line
from minidl_core.training.result import mean_and_std


def show(result: Comparison) -> None:
    """Print rows and notices, both sides' time of each phase and test scores, and the largest difference of losses."""
    console = Console()
    for line in (rows_line(result.rows), *(str(one) for one in result.notices if not one.warning)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(_phases(result))
    console.print(_scores(result))
    differences = result.loss_differences
    largest = max(differences)
    console.print(
        "Ratios are PyTorch's time divided by minidl's: median and quartiles of the pairs.\n"
        f"Largest difference between the learning curves: {largest:.2g} (epoch {differences.index(largest) + 1})"
    )
    for varied, times in result.steps.items():
        console.print(_steps(VARIED[varied], times))


def _phases(result: Comparison) -> Table:
    table = _table("milliseconds", _over(result), "ratio", "quartiles")
    for phase in PHASES:
        ratio = result.ratio(phase)
        spent = [_spread([1000 * one for one in result.seconds(side, phase)]) for side in SIDES]
        table.add_row(phase, *spent, f"{ratio.median:.2f}", f"{ratio.low:.2f} to {ratio.high:.2f}")
    return table


def _scores(result: Comparison) -> Table:
    table = _table("on test samples", _over(result))
    for name in result.score_names:
        table.add_row(name, *(_spread(result.scores(side, name)) for side in SIDES))
    return table


def _steps(varied: str, times: list[StepTime]) -> Table:
    table = _table(varied, "Microseconds of a step, median of 5", "ratio", "quartiles")
    for time in times:
        spent = [f"{1e6 * side['step']:,.0f}" for side in (time.minidl, time.torch)]
        ratio = time.ratio
        table.add_row(f"{time.size:,}", *spent, f"{ratio.median:.2f}", f"{ratio.low:.2f} to {ratio.high:.2f}")
    return table


def _table(first: str, title: str, *more: str) -> Table:
    table = Table(first, "minidl", "PyTorch", *more, box=SIMPLE_HEAD, title=title)
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
