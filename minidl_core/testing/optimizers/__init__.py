"""What every optimizer must satisfy."""

from __future__ import annotations

from collections.abc import Iterator

from minidl_core.testing.check_case import Case, Check
from minidl_core.testing.configured_part import configured_parts
from minidl_core.testing.optimizers.declarations import check_deferred, check_elementwise, check_twin
from minidl_core.testing.optimizers.steps import (
    check_determinism,
    check_extremes,
    check_first_step,
    check_quadratic,
    check_resuming,
    check_steps,
)
from minidl_core.testing.subject import Subject

STEPS = "steps change values in place and no gradient"
SAME = "the same gradients give the same steps"

CHECKS = (
    Check(STEPS, check_steps, "basic"),
    Check("many steps lead down a bowl", check_quadratic, "basic", (STEPS,)),
    Check("extreme gradients give finite values", check_extremes, "basic"),
    Check(SAME, check_determinism, "basic"),
    Check("a restored state goes on exactly as if never stopped", check_resuming, "full", (SAME,)),
)

FIRST_STEP = Check("its first step is that of the reference", check_first_step, "basic", (STEPS,))

ELEMENTWISE = Check("elements are updated on their own where that is declared", check_elementwise, "full", (SAME,))

DEFERRED = Check("gradients that come late give the same steps where that is declared", check_deferred, "full", (SAME,))

TWIN = Check("it does what its PyTorch twin does", check_twin, "basic", (STEPS, SAME))


def optimizer_cases(subject: Subject) -> Iterator[Case]:
    """Yield all checks of an optimizer, for its settings."""
    for made, configured in configured_parts(subject):
        yield made
        if configured is None:
            continue
        for check in CHECKS:
            yield check.case(configured.labels, configured)
        if configured.make().elementwise:
            yield ELEMENTWISE.case(configured.labels, configured)
        if configured.make().only_adds:
            yield DEFERRED.case(configured.labels, configured)
        if configured.has_twin:
            yield TWIN.case(configured.labels, configured)
        if not configured.varied:
            yield FIRST_STEP.case(configured.labels, configured, subject.reference)
