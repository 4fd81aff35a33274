from __future__ import annotations

import copy
import re

import numpy as np
import pytest
import torch

from minidl_core import Loss, Module, Optimizer, Run
from minidl_native.recording.attribute_walk import walk
from minidl_native.recording.record_step import record_step
from minidl_native.recording.run_parts import RunParts
from minidl_native.recording.shared_values import shared_variables
from minidl_native.recording.unreplayable import Unreplayable
from tests.support.small_runs import small_run
from tests.support.unreplayable_parts import REASONS


def run_with(part: type) -> Run:
    """Return a run with a part."""
    if issubclass(part, Module):
        return small_run(layers_with(part))
    if issubclass(part, Loss):
        return small_run(loss=part())
    assert issubclass(part, Optimizer)
    return small_run(optimizer=part())


def layers_with(part: type[Module]) -> list[Module]:
    from minidl_core import sequential

    first, relu, last = sequential("linear:3,relu,linear:2").layers
    return [part(), last] if part.__name__ == "WritesInput" else [first, relu, part(), last]


def contents(run: Run) -> list[object]:
    """Return all that the parts of a run hold: values of tensors, states of generators, plain values and identities."""
    found: list[object] = []
    for held in walk(RunParts.of(run)):
        value = held.value
        if held.owner is None:
            continue
        if isinstance(value, torch.Tensor):
            found.append((held.path, id(value), value.clone(), value.untyped_storage().data_ptr()))
        elif isinstance(value, torch.Generator):
            found.append((held.path, id(value), value.get_state()))
        else:
            found.append((held.path, type(value), value if isinstance(value, (int, float, str)) else id(value)))
    found += [torch.get_rng_state(), run.data.train.inputs.clone(), run.data.train.targets.clone()]
    return found


def shared(run: Run) -> list[object]:
    """Return the plain values that parts reach outside of themselves."""
    found = shared_variables(RunParts.of(run).components())
    values = [one.value.tolist() if isinstance(one.value, np.ndarray) else one.value for one in found]
    return [value for value in values if isinstance(value, (int, float, str, list))]


def assert_same(one: object, other: object) -> None:
    if isinstance(one, torch.Tensor):
        assert isinstance(other, torch.Tensor)
        assert torch.equal(one, other)
    elif isinstance(one, (list, tuple)):
        assert isinstance(other, (list, tuple))
        for first, second in zip(one, other, strict=True):
            assert_same(first, second)
    else:
        assert one == other


@pytest.mark.parametrize("part", REASONS, ids=lambda part: part.__name__)
def test_a_part_that_must_not_be_replayed_is_found_and_named_and_the_run_is_untouched(
    part: type, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_with(part)
    before, outside = contents(run), copy.deepcopy(shared(run))
    with pytest.raises(Unreplayable) as found:
        record_step(run, 10, is_first=False)
    kind = {Module: "", Loss: "the loss ", Optimizer: "the optimizer "}
    prefix = next(text for base, text in kind.items() if issubclass(part, base))
    assert re.search(REASONS[part], str(found.value)), str(found.value)
    assert str(found.value).startswith(f"{prefix}{part.label()}"), str(found.value)  # type: ignore[attr-defined]
    assert_same(before, contents(run))
    assert_same(outside, shared(run))
    assert capsys.readouterr().out == ""


def test_there_are_parts_for_all_reasons() -> None:
    assert len(REASONS) >= 60
