"""Whether a table can be treated as a network treats its own."""

from __future__ import annotations

from minidl_core import DataError, Notice
from minidl_datasets.table.columns.settings import Choices
from minidl_datasets.table.preprocessing import TablePreprocessing
from minidl_datasets.table.problems.problem import Problems
from minidl_datasets.table.problems.setting_text import split_names
from minidl_datasets.table.reading.source import listing
from minidl_datasets.table.rows.matched_rows import KnownRows

FRESH = "pass fresh=True to build the network anew for these data"
"""What to do where a table does not fit."""


def check_fits(preprocessing: TablePreprocessing, choices: Choices) -> None:
    """Check that what the user says about a table does not contradict what a network was trained on.

    Raises:
        DataError: the target, the task or the inputs are others.
    """
    target = preprocessing.target
    if choices.target not in {None, target.column}:
        raise DataError(f"the network predicts '{target.column}', not '{choices.target}': {FRESH}")
    if choices.task not in {"auto", target.task}:
        raise DataError(f"the network was trained for a {target.task}, not a {choices.task}: {FRESH}")
    for name in split_names(choices.ignore, preprocessing.kinds):
        if name in preprocessing.kinds:
            raise DataError(f"the network has the input '{name}', which ignore= leaves out: {FRESH}")


def misfit(problems: Problems) -> DataError:
    """Return the error about a table that cannot be treated as a network treats its own, with the way out."""
    text = str(problems)
    if FRESH in text or all("missing" in problem.settings for problem in problems.found):
        return problems
    return DataError(f"{text}\nWhere that is not a mistake, {FRESH}")


def further_told(table: KnownRows, choices: Choices) -> KnownRows:
    """Return a table with a notice about its columns that the network does not know, and the user does not ignore."""
    further = [name for name in table.further if name not in split_names(choices.ignore, table.further)]
    if not further:
        return table
    notice = Notice(f"{table.name}: the network has no inputs for {listing(further)}, which is left out")
    return table._replace(notices=(*table.notices, notice))
