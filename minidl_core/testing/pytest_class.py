"""All checks of a part as a class of pytest tests."""

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
    """Return a class with a test for each check and each case of a part. Its name must begin with Test.

        TestSwish = conformance(Swish)

    The arguments are those of `check`.

    Raises:
        InputError: the part is of no kind, or an option does not apply to its kind.
    """
    subject = Subject(part, settings, shapes, reference, level)
    by_check: dict[str, list[Case]] = {}
    for case in all_cases(subject):
        by_check.setdefault(case.check.name, []).append(case)
    tests = {"test_" + re.sub(r"\W+", "_", check): _test(cases) for check, cases in by_check.items()}
    return type(f"Conformance of {subject.name}", (), {"__doc__": f"The checks of a {subject.kind}.", **tests})


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
