"""Chains of PyTorch's operations give the same results after all passes, in one arena."""

from __future__ import annotations

from random import Random

import pytest
import torch

from minidl_native.lowering.lower import lower
from minidl_native.passes.improve import improve
from minidl_native.planning.fusing import fuse
from minidl_native.planning.memory import plan_memory
from tests.support.operation_recorder import OperationRecorder
from tests.support.program_outcome import assert_same_outcome
from tests.support.torch_chains import first_tensors, run_chain


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 300, 30))
def test_chains_with_views_and_updates_in_place_keep_their_results(first) -> None:
    for seed in range(first, first + 30):
        random, recorder = Random(seed), OperationRecorder()
        tensors = first_tensors(random)
        with torch.no_grad(), recorder:
            run_chain(random, tensors)
        program = lower(recorder.recording())
        planned = fuse(improve(program))
        assert_same_outcome(planned, program, plan_memory(planned), recorder.memory)
