"""What every optimizer must satisfy."""

from __future__ import annotations

from collections.abc import Iterator

from minidl_core.testing.case import Case, Check
from minidl_core.testing.optimizers.declarations import check_deferred, check_elementwise, check_twin
from minidl_core.testing.optimizers.steps import (
    check_bowl,
    check_determinism,
    check_extremes,
    check_first_step,
    check_resuming,
    check_step,
)
from minidl_core.testing.specimen import specimens
from minidl_core.testing.subject import Subject

STEPS = "steps change values in place and no gradient"
SAME = "the same gradients give the same steps"

CHECKS = (
    Check(STEPS, check_step, "basic"),
    Check("many steps lead down a bowl", check_bowl, "basic", (STEPS,)),
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
    for made, specimen in specimens(subject):
        yield made
        if specimen is None:
            continue
        for check in CHECKS:
            yield check.case(specimen.words, specimen)
        if specimen.make().elementwise:
            yield ELEMENTWISE.case(specimen.words, specimen)
        if specimen.make().only_adds:
            yield DEFERRED.case(specimen.words, specimen)
        if specimen.has_twin:
            yield TWIN.case(specimen.words, specimen)
        if not specimen.drawn:
            yield FIRST_STEP.case(specimen.words, specimen, subject.reference)
