"""What every layer must satisfy."""

from __future__ import annotations

from collections.abc import Iterator

from minidl_core.errors import ShapeError
from minidl_core.shapes import Shape
from minidl_core.testing.check_case import Case, Check, ConformanceError, NotCheckedError
from minidl_core.testing.configured_part import ConfiguredPart, configured_parts
from minidl_core.testing.layers.backward import (
    check_arguments_unchanged,
    check_backward_parameters,
    check_deferred_gradients,
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
from minidl_core.testing.layers.memory_layout import check_kept_memory, check_not_contiguous
from minidl_core.testing.layers.modes import check_evaluation, check_modes
from minidl_core.testing.layers.precision import check_precision
from minidl_core.testing.layers.saving import check_saving, check_specification, check_state
from minidl_core.testing.layers.shapes import check_shapes, check_types
from minidl_core.testing.layers.stacking import check_stacking
from minidl_core.testing.layers.surrogate import check_declaration, check_surrogate
from minidl_core.testing.layers.torch_twin import check_twin
from minidl_core.testing.report.outcome import STACKED
from minidl_core.testing.subject import Subject

SHAPES: tuple[Shape, ...] = ((4,), (1,), (7,), (3, 6), (2, 5, 5))
"""The shapes of samples that are tried where the author gives none."""

DRAWN_SHAPES = 2
"""The shapes that are tried under settings that the kit has drawn, the first that the layer takes."""

GRADIENTS = "gradients are those of central differences"
EXACT = "float64 is computed in float64"
LINEAR = "backward is linear in the gradient it is given"
TYPES = "float32 and float64 are kept and agree"
LEAVES = "passes leave what they are given as it is"
SEED = "one seed gives one layer and the same outputs"
EVALUATION = "evaluation changes no buffer and draws nothing"
TWICE = "built twice it is as built once"
WRITTEN = "its specification makes the same layer"
CONTIGUOUS = "input that is not contiguous gives the same"
SHAPED = "shapes are as build announces"


def _tell(refusal: BaseException | None, *, must: bool) -> None:
    if refusal is None:
        return
    if must:
        raise ConformanceError(
            f"it refuses the shape: {refusal} (give shapes that it takes, as in shapes=[(3, 8, 8)] or --shape 3x8x8)"
        )
    raise NotCheckedError(f"it refuses the shape: {refusal}")


TAKEN = Check("build takes the shape", _tell, "basic")

BY_BATCH = Check(SHAPED, check_shapes, "basic")

EXACT_GRADIENTS = Check(GRADIENTS, check_gradients, "basic", (EXACT, LEAVES, SHAPED, LINEAR))

SURROGATES = Check("surrogate gradients fit and are filled in", check_surrogate, "basic", (SHAPED,))

BY_SHAPE = (
    Check("extreme inputs give finite numbers", check_extremes, "basic", (SHAPED,)),
    Check(EXACT, check_precision, "basic"),
    Check(LINEAR, check_linear, "basic", (EXACT, LEAVES, TYPES, SHAPED)),
    Check("backward replaces gradients and adds to nothing", check_gradient_replacement, "basic"),
    Check(LEAVES, check_arguments_unchanged, "basic"),
    Check("training and evaluation differ only where declared", check_modes, "basic"),
    Check(EVALUATION, check_evaluation, "basic"),
    Check("backward_parameters gives the gradients of backward", check_backward_parameters),
    Check("gradients that are described are those computed at once", check_deferred_gradients),
    Check(TYPES, check_types, "full", (EXACT, EVALUATION)),
    Check(SEED, check_determinism),
    Check(TWICE, check_building_twice),
    Check("it can be built for another shape", check_building_for_another_shape, "full", (TWICE,)),
    Check("its state makes another layer the same", check_state, "full", (EVALUATION,)),
    Check("saved and loaded it gives the same", check_saving, "full", (EVALUATION, WRITTEN)),
    Check(WRITTEN, check_specification),
    Check(STACKED, check_stacking, "full", (GRADIENTS, EXACT, SEED, SHAPED)),
    Check(CONTIGUOUS, check_not_contiguous, "full", (EXACT,)),
    Check("kept memory changes no number", check_kept_memory, "full", (CONTIGUOUS, EXACT)),
)

MEAN = Check("training keeps the mean of evaluation", check_mean_output, "basic")

TWIN = Check("it does what its PyTorch twin does", check_twin, "full", (GRADIENTS, EXACT))

DECLARED = Check("a surrogate gradient is declared only where it is one", check_declaration, "basic")


def layer_cases(subject: Subject) -> Iterator[Case]:
    """Yield all checks of a layer, for its settings and the shapes that it takes under them."""
    layers: list[ConfiguredLayer] = []
    for made, configured in configured_parts(subject):
        yield made
        if configured is not None:
            yield from _cases_of_settings(subject, configured, layers)
    if subject.part.surrogate_gradient and layers:
        yield DECLARED.case((), layers)


def _cases_of_settings(subject: Subject, configured: ConfiguredPart, layers: list[ConfiguredLayer]) -> Iterator[Case]:
    """Yield the checks for some settings, and add what is checked to the layers."""
    shapes = SHAPES if subject.shapes is None else subject.shapes
    tried = [
        (shape, _refusal(ConfiguredLayer(configured.part, configured.settings, configured.varied, shape)))
        for shape in shapes
    ]
    taken = [shape for shape, refusal in tried if refusal is None]
    if configured.varied and taken:
        tried = [(shape, None) for shape in taken[:DRAWN_SHAPES]]
    for shape, refusal in tried:
        others = tuple(other for other in taken if other != shape)
        layer = ConfiguredLayer(configured.part, configured.settings, configured.varied, shape, others)
        must = subject.shapes is not None or (not taken and not configured.varied)
        yield TAKEN.case(layer.labels, refusal, must=must)
        if refusal is None:
            layers.append(layer)
            yield from _cases(layer)


def _cases(configured: ConfiguredLayer) -> Iterator[Case]:
    """Yield the checks for one shape."""
    check = SURROGATES if configured.has_surrogate else EXACT_GRADIENTS
    for conditions in all_conditions(both_modes=configured.depends_on_mode):
        yield check.case((*configured.labels, *conditions.labels), configured, conditions)
    for batch in BATCHES:
        yield BY_BATCH.case((*configured.labels, f"batch={batch}"), configured, batch)
    for check in BY_SHAPE:
        yield check.case(configured.labels, configured)
    if configured.depends_on_mode:
        yield MEAN.case(configured.labels, configured)
    if configured.has_twin:
        yield TWIN.case(configured.labels, configured)


def _refusal(configured: ConfiguredLayer) -> BaseException | None:
    """Return the layer's refusal of a shape, or of drawn settings; whatever else goes wrong, the checks will tell."""
    try:
        configured.built()
    except ShapeError as error:
        return error
    except (Exception, SystemExit) as error:  # noqa: BLE001 - parts under test raise anything
        return error if configured.varied else None
    return None
