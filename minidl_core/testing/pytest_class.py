"""All checks of a part as tests of pytest."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from minidl_core.shapes import Shape
from minidl_core.testing.check_case import Case, ConformanceError, NotCheckedError
from minidl_core.testing.check_part import all_cases
from minidl_core.testing.report.outcome import Level
from minidl_core.testing.subject import FirstStep, Settings, Subject

_Test = Callable[[Any, Case], None]


def conformance(
    part: Any,
    *,
    settings: Sequence[Settings] | None = None,
    shapes: Sequence[Shape] | None = None,
    reference: FirstStep | None = None,
    level: Level = "full",
) -> type:
    """Return a class with a test for each check and each case of a part, to be bound to a name that begins with Test.

        TestSwish = conformance(Swish)

    Args:
        part: a component's class, a hook (a class, a module or an object) or a command (a function or a Typer app).
        settings: the settings to check a component under; None derives them from its constructor.
        shapes: the shapes of the samples to check a layer with; None tries several.
        reference: what an optimizer's first step gives, from a parameter's value and gradient.
        level: `basic` for what a textbook's part must satisfy (no stacking, kept memory, saving); `full` for all.

    Raises:
        InputError: the part is of no kind, or its kind has no use for something that is given.
    """
    subject = Subject(part, settings, shapes, reference, level)
    by_check: dict[str, list[Case]] = {}
    for case in all_cases(subject):
        by_check.setdefault(case.check.name, []).append(case)
    tests = {"test_" + re.sub(r"\W+", "_", check): _test(cases) for check, cases in by_check.items()}
    return type(f"Conformance of {subject.name}", (), {"__doc__": f"What the {subject.kind} must satisfy.", **tests})


def _test(cases: list[Case]) -> _Test:
    """Return a test with a parameter for each case."""
    import pytest  # noqa: PLC0415 - the kit works without

    def test(self: Any, case: Case) -> None:  # noqa: ARG001 - a method's
        __tracebackhide__ = True
        try:
            case.run()
        except NotCheckedError as reason:
            pytest.skip(str(reason))
        except ConformanceError as error:
            pytest.fail(f"{case.name}: {error}", pytrace=False)

    parametrize: Callable[[_Test], _Test] = pytest.mark.parametrize(
        "case", cases, ids=["-".join(case.labels).replace(" ", "_") for case in cases]
    )
    return parametrize(test)
