"""Where training and evaluation differ, and what evaluation leaves alone."""

from __future__ import annotations

import torch

from minidl_core.testing.case import ConformanceError, NotCheckedError
from minidl_core.testing.comparing import at, identical
from minidl_core.testing.layers.bench import Bench, require_same_passes, upstream_of
from minidl_core.testing.layers.specimen import LayerSpecimen


def check_modes(specimen: LayerSpecimen) -> None:
    """Check that training and evaluation give the same outputs unless the class declares that they differ."""
    layer = specimen.used()
    bench = Bench(layer)
    trained = bench.forward(specimen.inputs()).clone()
    evaluated = bench.forward_in_evaluation(specimen.inputs())
    differ = not identical(trained, evaluated)
    if differ and not specimen.depends_on_mode:
        place = int((trained - evaluated).abs().nan_to_num(nan=torch.inf).argmax())
        where = at(evaluated, trained, place).replace("expected", "training gives").replace("found", "evaluation gives")
        raise ConformanceError(
            f"outputs differ between training and evaluation, {where}: if that is meant, declare it in the class, "
            "depends_on_mode = True"
        )
    if specimen.depends_on_mode and not differ:
        raise NotCheckedError("it declares depends_on_mode, but no difference shows with these settings")
    if not specimen.depends_on_mode:
        _require_same_gradients(specimen)


def _require_same_gradients(specimen: LayerSpecimen) -> None:
    """Check that the gradients of a layer whose outputs are the same in both modes are the same, too."""
    trained, evaluated = specimen.used(), specimen.used().eval()
    expected, found = Bench(trained).passes(specimen.inputs()), Bench(evaluated).passes(specimen.inputs())
    hint = "the outputs are those of training, so the gradients must be"
    require_same_passes("in evaluation", found, expected, mend=hint)


def check_evaluation(specimen: LayerSpecimen) -> None:
    """Check that passes in evaluation change no buffer and draw no random numbers."""
    layer = specimen.used()
    bench = Bench(layer)
    layer.eval()
    layer.backward(upstream_of(bench.forward(specimen.inputs())))
    for name, buffer in layer.named_buffers().items():
        if not identical(buffer.value, bench.buffers[name]):
            raise ConformanceError(f"{name} changes in evaluation: update it where self.training alone")
    if bench.draws(specimen.inputs()):
        raise ConformanceError("random numbers are drawn in evaluation: draw them where self.training alone")
