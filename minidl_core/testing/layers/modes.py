"""Where training and evaluation differ, and what evaluation leaves alone."""

from __future__ import annotations

import torch

from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness, require_same_passes, upstream_of
from minidl_core.testing.numerics.comparison import describe_difference, identical


def check_modes(configured: ConfiguredLayer) -> None:
    """Check that training and evaluation give the same outputs unless the class declares that they differ."""
    layer = configured.trained()
    harness = Harness(layer)
    trained = harness.forward(configured.inputs()).clone()
    evaluated = harness.forward_in_evaluation(configured.inputs())
    differ = not identical(trained, evaluated)
    if differ and not configured.depends_on_mode:
        place = int((trained - evaluated).abs().nan_to_num(nan=torch.inf).argmax())
        where = (
            describe_difference(evaluated, trained, place)
            .replace("expected", "training gives")
            .replace("found", "evaluation gives")
        )
        raise ConformanceError(
            f"outputs differ between training and evaluation, {where}: if that is meant, declare it in the class, "
            "depends_on_mode = True"
        )
    if configured.depends_on_mode and not differ:
        raise NotCheckedError("it declares depends_on_mode, but no difference shows with these settings")
    if not configured.depends_on_mode:
        _require_same_gradients(configured)


def _require_same_gradients(configured: ConfiguredLayer) -> None:
    """Check that the gradients of a layer whose outputs are the same in both modes are the same, too."""
    trained, evaluated = configured.trained(), configured.trained().eval()
    expected, found = Harness(trained).passes(configured.inputs()), Harness(evaluated).passes(configured.inputs())
    hint = "the outputs are those of training, so the gradients must be"
    require_same_passes("in evaluation", found, expected, hint=hint)


def check_evaluation(configured: ConfiguredLayer) -> None:
    """Check that passes in evaluation change no buffer and draw no random numbers."""
    layer = configured.trained()
    harness = Harness(layer)
    layer.eval()
    layer.backward(upstream_of(harness.forward(configured.inputs())))
    for name, buffer in layer.named_buffers().items():
        if not identical(buffer.value, harness.buffers[name]):
            raise ConformanceError(f"{name} changes in evaluation: update it where self.training alone")
    if harness.draws(configured.inputs()):
        raise ConformanceError("random numbers are drawn in evaluation: draw them where self.training alone")
