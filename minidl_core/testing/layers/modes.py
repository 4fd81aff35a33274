"""Checks where training and evaluation mode differ, and that evaluation changes no state."""

from __future__ import annotations

import torch

from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness, require_same_passes, upstream_of
from minidl_core.testing.numerics.comparison import describe_difference, identical


def check_modes(configured: ConfiguredLayer) -> None:
    """Check that both modes give the same outputs, unless the class declares depends_on_mode."""
    layer = configured.trained()
    harness = Harness(layer)
    trained = harness.forward(configured.inputs()).clone()
    evaluated = harness.forward_in_evaluation(configured.inputs())
    differ = not identical(trained, evaluated)
    if differ and not configured.depends_on_mode:
        place = int((trained - evaluated).abs().nan_to_num(nan=torch.inf).argmax())
        where = describe_difference(evaluated, trained, place, ("training gives", "evaluation gives"))
        raise ConformanceError(
            f"outputs differ between training and evaluation {where}; if this is intended, declare it in the class: "
            "depends_on_mode = True"
        )
    if configured.depends_on_mode and not differ:
        raise NotCheckedError("it declares depends_on_mode, but both modes agree with these settings")
    if not configured.depends_on_mode:
        _require_same_gradients(configured)


def _require_same_gradients(configured: ConfiguredLayer) -> None:
    """Check that a layer with the same outputs in both modes has the same gradients in both."""
    trained, evaluated = configured.trained(), configured.trained().eval()
    expected, found = Harness(trained).passes(configured.inputs()), Harness(evaluated).passes(configured.inputs())
    hint = "the outputs equal those in training, so the gradients must too"
    require_same_passes("in evaluation", found, expected, hint=hint)


def check_evaluation(configured: ConfiguredLayer) -> None:
    """Check that passes in evaluation mode change no buffer and draw no random numbers."""
    layer = configured.trained()
    harness = Harness(layer)
    layer.eval()
    layer.backward(upstream_of(harness.forward(configured.inputs())))
    for name, buffer in layer.named_buffers().items():
        if not identical(buffer.value, harness.buffers[name]):
            raise ConformanceError(f"the buffer {name} changes in evaluation: update it only if self.training")
    if harness.draws(configured.inputs()):
        raise ConformanceError("random numbers are drawn in evaluation: draw them only if self.training")
