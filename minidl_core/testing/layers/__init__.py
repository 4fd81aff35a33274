"""What every layer must satisfy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from minidl_core.errors import ShapeError
from minidl_core.shapes import Shape
from minidl_core.testing.case import Case, ConformanceError, NotCheckedError
from minidl_core.testing.layers.backward import check_backward_parameters, check_leaving_alone, check_replacing
from minidl_core.testing.layers.building import check_building_for_another_shape, check_building_twice
from minidl_core.testing.layers.gradients import check_gradients
from minidl_core.testing.layers.memory import check_kept_memory, check_not_contiguous
from minidl_core.testing.layers.modes import check_evaluation, check_modes
from minidl_core.testing.layers.randomness import check_determinism
from minidl_core.testing.layers.saving import check_saving, check_specification, check_state
from minidl_core.testing.layers.shapes import check_shapes, check_types
from minidl_core.testing.layers.specimen import LayerSpecimen
from minidl_core.testing.layers.stacking import check_stacking
from minidl_core.testing.specimen import specimens
from minidl_core.testing.subject import Subject

SHAPES: tuple[Shape, ...] = ((4,), (1,), (7,), (3, 6), (2, 5, 5))
"""The shapes of samples that are tried where the author gives none."""

BATCHES = (1, 2, 7)

TAKEN = "build takes the shape"

CHECKS: dict[str, Callable[[LayerSpecimen], None]] = {
    "backward_parameters gives the gradients of backward": check_backward_parameters,
    "backward replaces gradients and adds to nothing": check_replacing,
    "passes leave what they are given as it is": check_leaving_alone,
    "float32 and float64 are kept and agree": check_types,
    "one seed gives one layer and the same outputs": check_determinism,
    "training and evaluation differ only where declared": check_modes,
    "evaluation changes no buffer and draws nothing": check_evaluation,
    "built twice it is as built once": check_building_twice,
    "it can be built for another shape": check_building_for_another_shape,
    "its state makes another layer the same": check_state,
    "saved and loaded it gives the same": check_saving,
    "its specification makes the same layer": check_specification,
    "runs stacked in front equal each alone": check_stacking,
    "input that is not contiguous gives the same": check_not_contiguous,
    "kept memory changes no number": check_kept_memory,
}


def layer_cases(subject: Subject) -> Iterator[Case]:
    """Yield all checks of a layer, for its settings and the shapes that it takes under them."""
    for made, specimen in specimens(subject):
        yield made
        if specimen is None:
            continue
        shapes = SHAPES if subject.shapes is None else subject.shapes
        tried = [(shape, _refusal(LayerSpecimen(specimen.part, specimen.settings, shape))) for shape in shapes]
        taken = [shape for shape, refusal in tried if refusal is None]
        for shape, refusal in tried:
            others = tuple(other for other in taken if other != shape)
            layer = LayerSpecimen(specimen.part, specimen.settings, shape, others)
            must = subject.shapes is not None or not taken
            yield Case(TAKEN, layer.words, partial(_tell, refusal, must=must))
            if refusal is None:
                yield from _cases(layer)


def _cases(specimen: LayerSpecimen) -> Iterator[Case]:
    """Yield the checks for one shape."""
    modes: Sequence[bool] = (True, False) if specimen.depends_on_mode else (True,)
    for training in modes:
        for batch in BATCHES:
            words = (*specimen.words, f"batch={batch}", "training" if training else "evaluation")
            check = partial(check_gradients, specimen, batch, training=training)
            yield Case("gradients are those of central differences", words, check)
    for batch in BATCHES:
        words = (*specimen.words, f"batch={batch}")
        yield Case("shapes are as build announces", words, partial(check_shapes, specimen, batch))
    for name, function in CHECKS.items():
        yield Case(name, specimen.words, partial(function, specimen))


def _refusal(specimen: LayerSpecimen) -> ShapeError | None:
    """Return the layer's refusal of a shape; whatever else goes wrong, the checks will tell."""
    try:
        specimen.fresh()
    except ShapeError as error:
        return error
    except Exception:  # noqa: BLE001 - parts under test raise anything
        return None
    return None


def _tell(refusal: ShapeError | None, *, must: bool) -> None:
    if refusal is None:
        return
    if must:
        raise ConformanceError(
            f"it refuses the shape: {refusal} (give shapes that it takes, as in shapes=[(3, 8, 8)] or --shape 3x8x8)"
        )
    raise NotCheckedError(f"it refuses the shape: {refusal}")
