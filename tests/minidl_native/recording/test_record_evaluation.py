from __future__ import annotations

import torch

from minidl_core import Data, Metric, Scale
from minidl_native.recording.record_evaluation import record_evaluation
from tests.support.small_runs import small_data, small_run


class Spread(Metric):
    """A metric that reads the predictions in Python."""

    def compute(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return torch.tensor(max(prediction.tolist()[0]))


def test_an_evaluation_records_the_loss_and_the_metrics() -> None:
    run = small_run("linear:5,batch_norm,relu,dropout,linear:2", metrics="r2,mae,rmse")
    found = record_evaluation(run, *run.data.test)
    assert found.metrics == ("r2", "mae", "rmse")
    assert not found.left_out
    assert len(found.recording.results) == 4
    assert not found.recording.is_step
    storages = found.recording.storages
    assert storages[found.recording.inputs.storage].role == storages[found.recording.targets.storage].role == "constant"
    assert {"aten.bernoulli_.float"}.isdisjoint(operation.name for operation in found.recording.operations)


def test_a_metric_that_reads_values_in_python_is_left_out_and_named() -> None:
    run = small_run(metrics=[Spread()])
    found = record_evaluation(run, *run.data.test)
    assert found.metrics == ()
    (reason,) = found.left_out.values()
    assert str(reason).startswith(
        "the metric spread, line 14 of test_record_evaluation.py, reads the values of a tensor"
    )
    assert len(found.recording.results) == 1


def test_metrics_are_computed_in_the_users_units() -> None:
    data = small_data()
    scaled = Data(data.train, data.test, "regression", target_scale=Scale(torch.ones(2), torch.full((2,), 3.0)))
    run = small_run(data=scaled, metrics="mae")
    found = record_evaluation(run, *run.data.test)
    assert run.data.target_scale is not None
    bound = found.bind(run)
    assert [number for number, tensor in bound.items() if tensor is run.data.target_scale.deviation]
