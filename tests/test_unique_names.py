"""One word names one thing: public functions and classes of different modules have different names."""

from __future__ import annotations

import ast
from collections import defaultdict

import pytest

from tests.support.environments import ROOT
from tests.support.prose import files

KIT = "minidl_core/testing/"

MEANT = {
    "Layout": "of a CSV file, and of the memory of a compiled step",
    "MAE": "the loss and the metric, each found by its kind and name",
    "Target": "the target column of a table, and the processor that code is compiled for",
    "check": "the command, and the function of the conformance kit that it calls",
    "explain": "the command, and the function that it calls",
    "parse": "each type of a table's columns parses its texts",
    "run": "the command, and the function that it calls",
}
"""Names that several modules give on purpose, with the reason."""


def definitions() -> dict[str, set[str]]:
    """Return the public top-level functions and classes of all packages, with the files that define each."""
    found = defaultdict(set)
    for path in files(".py"):
        if path.startswith("minidl"):
            for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].add(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def is_check_of_kinds(name: str, paths: set[str]) -> bool:
    """Return whether a name is that of one check of the conformance kit, written for several kinds of parts."""
    return name.startswith("check_") and all(path.startswith(KIT) for path in paths)


def test_no_two_modules_define_the_same_public_name() -> None:
    shared = {name: paths for name, paths in definitions().items() if not is_check_of_kinds(name, paths)}
    assert {name: sorted(paths) for name, paths in shared.items() if name not in MEANT} == {}


@pytest.mark.parametrize("name", MEANT)
def test_shared_names_that_are_meant_are_shared(name: str) -> None:
    assert name in definitions()
