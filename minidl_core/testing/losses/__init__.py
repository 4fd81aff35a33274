"""What every loss must satisfy."""

from __future__ import annotations

from collections.abc import Iterator

from minidl_core.testing.check_case import Case, Check
from minidl_core.testing.configured_part import configured_parts
from minidl_core.testing.losses.configured_loss import ConfiguredLoss
from minidl_core.testing.losses.continuity import check_continuity
from minidl_core.testing.losses.extreme_predictions import check_extremes
from minidl_core.testing.losses.gradients import batches, check_gradient
from minidl_core.testing.losses.values import (
    check_arguments_unchanged,
    check_not_contiguous,
    check_precision,
    check_scale,
    check_stacking,
    check_twin,
    check_types,
    check_value,
)
from minidl_core.testing.report.outcome import STACKED
from minidl_core.testing.subject import Subject

GRADIENT = "the gradient is that of central differences"
NUMBER = "the loss of a batch is one number"
EXACT = "float64 is computed in float64"
CONTINUOUS = "the loss changes as its gradient says, without jumps"

BY_BATCH = Check(GRADIENT, check_gradient, "basic", (NUMBER, EXACT))

CHECKS = (
    Check(NUMBER, check_value, "basic"),
    Check(EXACT, check_precision, "basic", (NUMBER,)),
    Check("its scale by batch is that of a mean or a sum", check_scale, "basic", (NUMBER, GRADIENT, EXACT)),
    Check(CONTINUOUS, check_continuity, "basic", (NUMBER, GRADIENT, EXACT)),
    Check("extreme predictions give finite numbers", check_extremes, "basic", (NUMBER,)),
    Check("passes leave what they are given as it is", check_arguments_unchanged, "basic", (NUMBER,)),
    Check("float32 and float64 are kept and agree", check_types, "full", (NUMBER, EXACT)),
    Check("input that is not contiguous gives the same", check_not_contiguous, "full", (NUMBER, EXACT)),
    Check(STACKED, check_stacking, "full", (NUMBER, GRADIENT, EXACT)),
)

TWIN = Check("it does what its PyTorch twin does", check_twin, "full", (NUMBER, EXACT))


def loss_cases(subject: Subject) -> Iterator[Case]:
    """Yield all checks of a loss, for its settings and for one-hot and real targets."""
    for made, configured in configured_parts(subject):
        yield made
        if configured is None:
            continue
        for one_hot in (True, False):
            loss = ConfiguredLoss(configured.part, configured.settings, configured.varied, one_hot)
            for batch in batches():
                yield BY_BATCH.case((*loss.labels, *batch.labels), loss, batch)
            for check in CHECKS:
                yield check.case(loss.labels, loss)
            if loss.has_twin:
                yield TWIN.case(loss.labels, loss)
