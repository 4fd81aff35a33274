"""Whether a table can be treated as a network treats its own."""

from __future__ import annotations

from minidl_core import DataError
from minidl_datasets.table.choices import Choices
from minidl_datasets.table.listing import split_names
from minidl_datasets.table.preprocessing import TablePreprocessing
from minidl_datasets.table.problem import Problems

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
