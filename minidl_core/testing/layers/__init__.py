"""The checks of layers."""

from __future__ import annotations

from collections.abc import Iterator

from minidl_core.errors import ShapeError
from minidl_core.shapes import Shape
from minidl_core.testing.check_case import Case, Check, ConformanceError, NotCheckedError
from minidl_core.testing.configured_part import ConfiguredPart, component_cases
from minidl_core.testing.layers.backward import (
    check_arguments_unchanged,
    check_gradient_kept,
    check_gradient_replacement,
    check_linear,
)
from minidl_core.testing.layers.building import check_building_for_another_shape, check_building_twice
from minidl_core.testing.layers.conditions import BATCHES, all_conditions
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.determinism import check_determinism
from minidl_core.testing.layers.extreme_inputs import check_extremes
from minidl_core.testing.layers.gradients import check_gradients
from minidl_core.testing.layers.mean_output import check_mean_output
from minidl_core.testing.layers.memory_layout import check_not_contiguous
from minidl_core.testing.layers.modes import check_evaluation, check_modes
from minidl_core.testing.layers.precision import check_precision
from minidl_core.testing.layers.replaying import check_replayed
from minidl_core.testing.layers.saving import check_saving, check_specification, check_state
from minidl_core.testing.layers.shapes import check_shapes, check_types
from minidl_core.testing.layers.surrogate import check_declaration, check_surrogate
from minidl_core.testing.layers.torch_agreement import check_further_dimensions, check_twin
from minidl_core.testing.replay.replay import REPLAY
from minidl_core.testing.subject import Subject

SHAPES: tuple[Shape, ...] = ((4,), (1,), (7,), (3, 6), (2, 5, 5))
"""The sample shapes that are tried if the author gives none."""

VARIED_SHAPES = 2
"""The maximum number of shapes that are tried with varied settings."""

GRADIENTS = "gradients match central differences"
PRECISE = "float64 inputs are computed in float64"
LINEAR = "backward is linear in grad_output"
TYPES = "float32 and float64 are preserved and agree"
UNCHANGED = "forward and backward do not modify their arguments"
SEED = "the same seed gives the same layer and outputs"
EVALUATION = "evaluation changes no buffer and draws no random numbers"
TWICE = "building twice equals building once"
SPECIFICATION = "its specification recreates the layer"
SHAPED = "output shapes match what build returns"


def _report_rejection(rejection: BaseException | None, *, must_accept: bool) -> None:
    if rejection is None:
        return
    if must_accept:
        raise ConformanceError(
            f"it rejects the shape: {rejection} (give shapes that it accepts, as in shapes=[(3, 8, 8)] or "
            "--shape 3x8x8)"
        )
    raise NotCheckedError(f"it rejects the shape: {rejection}")


ACCEPTED = Check("build accepts the shape", _report_rejection, "basic")

BY_BATCH = Check(SHAPED, check_shapes, "basic")

EXACT_GRADIENTS = Check(GRADIENTS, check_gradients, "basic", (PRECISE, UNCHANGED, SHAPED, LINEAR, TYPES))

SURROGATES = Check("surrogate gradients are finite and have the right shape", check_surrogate, "basic", (SHAPED,))

BY_SHAPE = (
    Check("extreme inputs give finite results", check_extremes, "basic", (SHAPED,)),
    Check(PRECISE, check_precision, "basic"),
    Check(LINEAR, check_linear, "basic", (PRECISE, UNCHANGED, TYPES, SHAPED)),
    Check("backward replaces gradients instead of adding to them", check_gradient_replacement, "basic"),
    Check("gradients of parameters stay unchanged until the next backward", check_gradient_kept, "basic"),
    Check(UNCHANGED, check_arguments_unchanged, "basic"),
    Check("training and evaluation differ only if declared", check_modes, "basic"),
    Check(EVALUATION, check_evaluation, "basic"),
    Check(TYPES, check_types, "full", (PRECISE, EVALUATION)),
    Check(SEED, check_determinism),
    Check(TWICE, check_building_twice),
    Check("it can be rebuilt for another shape", check_building_for_another_shape, "full", (TWICE,)),
    Check("loading its state reproduces the layer", check_state, "full", (EVALUATION,)),
    Check("saving and loading preserves the output", check_saving, "full", (EVALUATION, SPECIFICATION)),
    Check(SPECIFICATION, check_specification),
    Check("non-contiguous input gives the same result", check_not_contiguous, "full", (PRECISE, EVALUATION)),
)

MEAN = Check("the mean output in training equals the output in evaluation", check_mean_output, "basic")

TWIN = Check("it matches its PyTorch twin", check_twin, "full", (GRADIENTS, PRECISE))

FURTHER_DIMENSIONS = Check(
    "further dimensions mean what they mean to its PyTorch twin", check_further_dimensions, "full", (TWIN.name,)
)

REPLAYED = Check(
    REPLAY, check_replayed, "full", (GRADIENTS, *(check.name for check in (SURROGATES, BY_BATCH, *BY_SHAPE)))
)

DECLARED = Check("surrogate_gradient is declared only where it applies", check_declaration, "basic")


def layer_cases(subject: Subject) -> Iterator[Case]:
    """Yield the checks of a layer for all settings and the shapes that it accepts."""
    layers: list[ConfiguredLayer] = []
    yield from component_cases(subject, lambda configured: _cases_of_settings(subject, configured, layers))
    if subject.part.surrogate_gradient and layers:
        yield DECLARED.case((), layers)


def _cases_of_settings(subject: Subject, configured: ConfiguredPart, layers: list[ConfiguredLayer]) -> Iterator[Case]:
    """Yield the checks for some settings, and append the checked layers to a list.

    Replay is checked with the first shape, and with all shapes for the first settings, because compiling takes time.
    """
    are_first_settings = not layers
    shapes = SHAPES if subject.shapes is None else subject.shapes
    tried = [(shape, _rejection(ConfiguredLayer.of(configured, shape))) for shape in shapes]
    accepted = [shape for shape, rejection in tried if rejection is None]
    if configured.varied and accepted:
        tried = [(shape, None) for shape in accepted[:VARIED_SHAPES]]
    for shape, rejection in tried:
        layer = ConfiguredLayer.of(configured, shape, tuple(other for other in accepted if other != shape))
        must_accept = subject.shapes is not None or (not accepted and not configured.varied)
        yield ACCEPTED.case(layer.labels, rejection, must_accept=must_accept)
        if rejection is None:
            layers.append(layer)
            yield from _cases(layer)
            if are_first_settings or shape == accepted[0]:
                yield REPLAYED.case(layer.labels, layer)


def _cases(layer: ConfiguredLayer) -> Iterator[Case]:
    """Yield the checks for one shape."""
    check = SURROGATES if layer.has_surrogate else EXACT_GRADIENTS
    for conditions in all_conditions(both_modes=layer.depends_on_mode):
        yield check.case((*layer.labels, *conditions.labels), layer, conditions)
    for batch in BATCHES:
        yield BY_BATCH.case((*layer.labels, f"batch={batch}"), layer, batch)
    for check in BY_SHAPE:
        yield check.case(layer.labels, layer)
    if layer.depends_on_mode:
        yield MEAN.case(layer.labels, layer)
    if layer.has_twin:
        yield TWIN.case(layer.labels, layer)
        yield FURTHER_DIMENSIONS.case(layer.labels, layer)


def _rejection(layer: ConfiguredLayer) -> BaseException | None:
    """Return the error with which build rejects a shape or varied settings; the checks report other errors."""
    try:
        layer.built()
    except ShapeError as error:
        return error
    except (Exception, SystemExit) as error:  # noqa: BLE001 - parts under test raise anything
        return error if layer.varied else None
    return None
