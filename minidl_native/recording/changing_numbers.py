"""The numbers of an optimizer's operations in the next steps, computed by the optimizer's own code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from minidl_core import Optimizer
from minidl_core.errors import describe_exception
from minidl_native.recording.number_column import NumberColumn
from minidl_native.recording.number_slots import plain_values, set_plain_values
from minidl_native.recording.number_sources import NumberSource, at_path
from minidl_native.recording.numbers_ahead import AHEAD, NumbersAhead
from minidl_native.recording.optimizer_twin import Made, OptimizerTwin
from minidl_native.recording.recorded_step import PythonCall, RecordedStep
from minidl_native.recording.snapshot import same
from minidl_native.recording.stub_tensor import OtherCalls, layout_only
from minidl_native.recording.unreplayable import Unreplayable

ATTEMPTS = 3
"""How often a column of steps is computed: numbers that follow from counters are right at the second time."""

Values = dict[str, Any]
"""The plain values of an optimizer by path."""


@dataclass(frozen=True)
class ChangingNumbers:
    """Computes the numbers of an optimizer's operations.

    Attributes:
        calls: the calls of tensors' methods in the optimizer's step, without values.
        sources: where the calls have each number.
        values: each number in the recorded step.
        part: the name of the optimizer.
    """

    calls: tuple[PythonCall, ...]
    sources: tuple[NumberSource, ...]
    values: tuple[float, ...]
    part: str
    _ahead: WeakKeyDictionary[Optimizer, NumbersAhead] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, step: RecordedStep, part: str) -> ChangingNumbers:
        """Return what computes the numbers of a recorded step."""
        return cls(tuple(map(layout_only, step.calls)), tuple(step.sources), tuple(step.numbers), part)

    def common(self, later: ChangingNumbers) -> ChangingNumbers:
        """Return what computes the numbers of this step and of a later one.

        Raises:
            Unreplayable: a number changes, and no argument of the optimizer's calls is equal to it.
        """
        sources = tuple(one.common(other) for one, other in zip(self.sources, later.sources, strict=True))
        for source, before, after in zip(sources, self.values, later.values, strict=True):
            if not source.paths and not same(float(before), float(after)):
                raise Unreplayable(
                    f"uses a number that changes from {before!r} to {after!r} in an operation that does not get it "
                    "from the optimizer's own code",
                    part=self.part,
                )
        return ChangingNumbers(later.calls, sources, later.values, self.part)

    def table(self, optimizer: Optimizer, count: int) -> Tensor:
        """Return the numbers of the next steps, and advance the counters of the optimizer as these steps do.

        Args:
            optimizer: the optimizer that the steps belong to; its tensors are not used.
            count: the number of steps.

        Returns:
            The numbers, of shape `(count, numbers)`, float64: the same bits as Python's own.

        Raises:
            Unreplayable: they cannot be computed without taking the steps, or `step` calls other operations than in
                the recorded step; the optimizer is unchanged.
        """
        ahead = self._ahead.get(optimizer)
        if ahead is not None and (known := ahead.take(optimizer, count)) is not None:
            return known
        before = plain_values(optimizer)
        try:
            ahead = self._numbers_ahead(optimizer, max(count, AHEAD))
            if ahead is not None and (known := ahead.take(optimizer, count)) is not None:
                self._ahead[optimizer] = ahead
                return known
            table, after = self._table(optimizer, count)
            set_plain_values(optimizer, _changed(before, after))
        except OtherCalls:
            raise Unreplayable("calls other operations than in the recorded step", part=self.part) from None
        except Exception as error:
            reason = f"has numbers that cannot be computed ahead of its steps: {describe_exception(error)}"
            raise Unreplayable(reason, part=self.part) from error
        return table

    def _numbers_ahead(self, optimizer: Optimizer, count: int) -> NumbersAhead | None:
        """Return the numbers of many steps; None where the optimizer cannot compute them at once."""
        twin = OptimizerTwin(optimizer, self.calls)
        before = twin.values
        (row,) = [self._numbers(made) for made in twin.steps()]
        after = twin.values
        if not _changed(before, after):
            return NumbersAhead.of(optimizer, self._filled(row, count), {})
        if (found := self._at_once(optimizer, before, after, count)) is None:
            return None
        table, last, columns = found
        return NumbersAhead.of(optimizer, table, {path: [*columns[path], last[path]] for path in columns})

    def _table(self, optimizer: Optimizer, count: int) -> tuple[Tensor, Values]:
        """Return the numbers of the next steps, and the plain values of the optimizer after them."""
        twin = OptimizerTwin(optimizer, self.calls)
        before = twin.values
        (row,) = [self._numbers(made) for made in twin.steps()]
        after = twin.values
        if not count or not _changed(before, after):
            return self._filled(row, count), before
        if count == 1:
            return self._filled(row, 1), after
        if (found := self._at_once(optimizer, before, after, count)) is not None:
            return found[:2]
        for _ in twin.steps():  # the first step often differs from the others
            later = twin.values
        if count > 2 and (found := self._at_once(optimizer, after, later, count - 1)) is not None:  # noqa: PLR2004
            return torch.cat([self._filled(row, 1), found[0]]), found[1]
        return self._one_by_one(optimizer, count)

    def _at_once(
        self, optimizer: Optimizer, before: Values, after: Values, count: int
    ) -> tuple[Tensor, Values, dict[str, list[Any]]] | None:
        """Return the table computed by one step on columns of counters; None where the optimizer cannot do that.

        With it come the plain values after the last step, and those before each step of what changes.

        The columns are guessed from the first step. They are right if the values after each step are those before the
        next one.

        Args:
            optimizer: the optimizer.
            before: its plain values before the first of the steps.
            after: its plain values after it.
            count: the number of steps.
        """
        if before.keys() != after.keys():
            return None
        columns = {path: _guess(before[path], new, count) for path, new in _changed(before, after).items()}
        for _ in range(ATTEMPTS):
            twin = OptimizerTwin(optimizer, self.calls, on_columns=True)
            twin.values = before | columns
            try:
                (row,) = [self._numbers(made) for made in twin.steps()]
            except Exception:  # noqa: BLE001 - code written for numbers may raise anything
                return None
            results = twin.values
            if results.keys() != before.keys() or not _changed(before, results).keys() <= columns.keys():
                return None
            shifted = {path: NumberColumn([before[path], *_repeated(results[path], count)[:-1]]) for path in columns}
            if all(column.values == shifted[path].values for path, column in columns.items()):
                last = {path: _repeated(value, 1)[-1] for path, value in results.items()}
                return self._filled(row, count), last, {path: column.values for path, column in columns.items()}
            columns = shifted
        return None

    def _one_by_one(self, optimizer: Optimizer, count: int) -> tuple[Tensor, Values]:
        """Return the table computed by one step with stand-ins for tensors after another."""
        twin = OptimizerTwin(optimizer, self.calls)
        rows = [self._numbers(made) for made in twin.steps(count)]
        return torch.tensor(rows, dtype=torch.float64).reshape(count, len(self.values)), twin.values

    def _numbers(self, made: Made) -> list[Any]:
        """Return the number, or the column of numbers, of each operation."""
        found = [
            at_path(source.paths[0], *made[source.call]) if source.paths else value
            for source, value in zip(self.sources, self.values, strict=True)
        ]
        if not all(isinstance(number, (int, float, NumberColumn)) for number in found):
            raise OtherCalls
        return found

    def _filled(self, row: list[Any], count: int) -> Tensor:
        table = torch.empty(count, len(row), dtype=torch.float64)
        for index, number in enumerate(row):
            if isinstance(number, NumberColumn):
                floats = number.floats
                table[:, index] = torch.as_tensor(number.values if floats is None else floats, dtype=torch.float64)
            else:
                table[:, index] = float(number)
        return table


def _guess(before: Any, after: Any, count: int) -> NumberColumn:
    """Return the values before each step, as far as the first step shows: a counter goes on counting."""
    if type(before) is type(after) is int:
        return NumberColumn(range(before, before + (after - before) * count, after - before))
    return NumberColumn([before] * count)


def _changed(before: Values, after: Values) -> Values:
    """Return the values that are new or differ from those before."""
    return {path: value for path, value in after.items() if path not in before or not same(before[path], value)}


def _repeated(value: Any, count: int) -> list[Any]:
    return value.values if isinstance(value, NumberColumn) else [value] * count
