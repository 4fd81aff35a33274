"""The checks of losses."""

from __future__ import annotations

from collections.abc import Iterator

from minidl_core.testing.check_case import Case, Check
from minidl_core.testing.configured_part import ConfiguredPart, component_cases
from minidl_core.testing.losses.configured_loss import ConfiguredLoss
from minidl_core.testing.losses.continuity import check_continuity
from minidl_core.testing.losses.extreme_predictions import check_extremes
from minidl_core.testing.losses.gradients import batches, check_gradient
from minidl_core.testing.losses.replaying import check_replayed
from minidl_core.testing.losses.values import (
    check_arguments_unchanged,
    check_not_contiguous,
    check_precision,
    check_scale,
    check_twin,
    check_types,
    check_value,
)
from minidl_core.testing.replay.replay import REPLAY
from minidl_core.testing.subject import Subject

GRADIENT = "the gradient matches central differences"
SCALAR = "the loss of a batch is a scalar"
PRECISE = "float64 inputs are computed in float64"
CONTINUOUS = "the loss has no jumps and changes as its gradient predicts"

BY_BATCH = Check(GRADIENT, check_gradient, "basic", (SCALAR, PRECISE))

CHECKS = (
    Check(SCALAR, check_value, "basic"),
    Check(PRECISE, check_precision, "basic", (SCALAR,)),
    Check("the loss is a mean or a sum over the batch", check_scale, "basic", (SCALAR, GRADIENT, PRECISE)),
    Check(CONTINUOUS, check_continuity, "basic", (SCALAR, GRADIENT, PRECISE)),
    Check("extreme predictions give finite results", check_extremes, "basic", (SCALAR,)),
    Check("forward and backward do not modify their arguments", check_arguments_unchanged, "basic", (SCALAR,)),
    Check("float32 and float64 are preserved and agree", check_types, "full", (SCALAR, PRECISE)),
    Check("non-contiguous input gives the same result", check_not_contiguous, "full", (SCALAR, PRECISE)),
)

REPLAYED = Check(REPLAY, check_replayed, "full", (GRADIENT, *(check.name for check in CHECKS)))

TWIN = Check("it matches its PyTorch twin", check_twin, "full", (SCALAR, PRECISE))


def loss_cases(subject: Subject) -> Iterator[Case]:
    """Yield the checks of a loss for all settings, with one-hot and real targets."""
    return component_cases(subject, _cases)


def _cases(configured: ConfiguredPart) -> Iterator[Case]:
    for loss in ConfiguredLoss.for_all_targets(configured):
        for batch in batches():
            yield BY_BATCH.case((*loss.labels, *batch.labels), loss, batch)
        for check in CHECKS:
            yield check.case(loss.labels, loss)
        yield REPLAYED.case(loss.labels, loss)
        if loss.has_twin:
            yield TWIN.case(loss.labels, loss)
