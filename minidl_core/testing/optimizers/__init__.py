"""The checks of optimizers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from minidl_core.testing.check_case import Case, Check, ConformanceError
from minidl_core.testing.configured_part import ConfiguredPart, component_cases
from minidl_core.testing.optimizers.replaying import check_replayed
from minidl_core.testing.optimizers.steps import (
    check_determinism,
    check_extremes,
    check_first_step,
    check_quadratic,
    check_restored_state,
    check_steps,
)
from minidl_core.testing.optimizers.torch_agreement import check_twin
from minidl_core.testing.replay.replay import REPLAY
from minidl_core.testing.settings.derived import drawn_settings
from minidl_core.testing.subject import Subject

DRAWN = 3
"""The number of settings drawn at random, with which only replay is checked."""

STEPS = "steps update values in place and leave gradients unchanged"
SAME = "the same gradients give the same steps"

CHECKS = (
    Check(STEPS, check_steps, "basic"),
    Check("many steps reduce a quadratic loss", check_quadratic, "basic", (STEPS,)),
    Check("extreme gradients give finite values", check_extremes, "basic"),
    Check(SAME, check_determinism, "basic"),
    Check("restoring its state continues exactly", check_restored_state, "full", (SAME,)),
)

FIRST_STEP = Check("its first step equals the reference", check_first_step, "basic", (STEPS,))

REPLAYED = Check(REPLAY, check_replayed, "full", tuple(check.name for check in CHECKS))

TWIN = Check("it matches its PyTorch twin", check_twin, "basic", (STEPS, SAME))


def optimizer_cases(subject: Subject) -> Iterator[Case]:
    """Yield the checks of an optimizer for all settings."""

    def cases_of(configured: ConfiguredPart) -> Iterator[Case]:
        for check in CHECKS:
            yield check.case(configured.labels, configured)
        yield REPLAYED.case(configured.labels, configured)
        if configured.has_twin:
            yield TWIN.case(configured.labels, configured)
        if not configured.varied:
            yield FIRST_STEP.case(configured.labels, configured, subject.reference)

    yield from component_cases(subject, cases_of)
    if subject.settings is None:
        yield from _cases_of_drawn_settings(subject)


def _cases_of_drawn_settings(subject: Subject) -> Iterator[Case]:
    """Yield replays with settings drawn at random."""
    for seed in range(DRAWN):
        with suppress(ConformanceError):  # reported before
            drawn = ConfiguredPart(subject.part, drawn_settings(subject.part, seed), varied=True)
            drawn.make()
            yield REPLAYED.case(drawn.labels, drawn)
