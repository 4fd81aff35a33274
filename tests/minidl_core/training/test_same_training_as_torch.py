"""Agreement with PyTorch, step by step."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import minidl_core as minidl
from minidl_core import Batches, Data, Loss, Sequential, default_registry, derive, generator
from minidl_core.assembly import make_data

LAYERS = "3*(linear:25,relu),linear:2"


class RecordingLoss(Loss):
    """Another loss, with a record of its values."""

    def __init__(self, inner: Loss) -> None:
        self.inner = inner
        self.values: list[float] = []

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        value = self.inner.forward(prediction, target)
        if len(target) < 1000:  # a training step, not an evaluation
            self.values.append(float(value))
        return value

    def backward(self) -> torch.Tensor:
        return self.inner.backward()


def torch_twin(dtype: torch.dtype, activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in ((2, 25), (25, 25), (25, 25)):
        layers += [nn.Linear(inputs, outputs, dtype=dtype), activation()]
    return nn.Sequential(*layers, nn.Linear(25, 2, dtype=dtype))


def trained_torch(
    data: Data, seed: int, dtype: torch.dtype, epochs: int, batch_size: int
) -> tuple[nn.Sequential, list[float]]:
    """Train PyTorch's twin from the same parameters on the same batches; return it and the losses of all steps."""
    torch.manual_seed(seed)
    model = torch_twin(dtype)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    batches = Batches(data.to(dtype, "cpu").train, batch_size, generator(derive(seed, "shuffle")))
    for _ in range(epochs):
        for inputs, targets in batches:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(inputs), targets, reduction="sum") / len(inputs)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return model, losses


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sizes", [(2, 25), (1, 1), (7, 3), (64, 10), (1000, 2)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_has_the_initial_values_of_torch(dtype: torch.dtype, sizes: tuple[int, int], bias: bool) -> None:
    torch.manual_seed(3)
    theirs = nn.Linear(*sizes, bias=bias, dtype=dtype)
    ours = default_registry().load("layer", "linear")(sizes[1], bias=bias).prepare(generator(3), dtype)
    ours.build((sizes[0],))
    assert ours.state().keys() == theirs.state_dict().keys()
    for name, tensor in theirs.state_dict().items():
        assert torch.equal(ours.state()[name], tensor)


def test_a_chain_has_the_initial_values_of_torch() -> None:
    torch.manual_seed(0)
    theirs = torch_twin(torch.float32).state_dict()
    ours = minidl.sequential(LAYERS).prepare(generator(0))
    ours.build((2,))
    assert list(ours.state()) == list(theirs)
    assert all(torch.equal(ours.state()[name], tensor) for name, tensor in theirs.items())


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [10, 7])
def test_the_losses_of_all_steps_agree_in_float64(batch_size: int) -> None:
    data = make_data("disk", 0)
    recorded = RecordingLoss(default_registry().load("loss", "mse")())
    result = minidl.fit(LAYERS, data, recorded, epochs=20, batch_size=batch_size, dtype="float64")
    model, losses = trained_torch(data, 0, torch.float64, 20, batch_size)
    assert len(losses) == len(recorded.values) == 20 * -(-1000 // batch_size)
    torch.testing.assert_close(torch.tensor(recorded.values), torch.tensor(losses), rtol=1e-10, atol=0)
    for name, tensor in model.state_dict().items():
        torch.testing.assert_close(result.model.state()[name], tensor, rtol=1e-8, atol=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_trained_networks_classify_alike_in_float32(seed: int) -> None:
    data = make_data("disk", seed)
    result = minidl.fit(LAYERS, data, seed=seed)
    model, _ = trained_torch(data, seed, torch.float32, 20, 10)
    inputs = data.test.inputs.float()
    with torch.no_grad():
        alike = minidl.predict(result.model, inputs).argmax(1) == model(inputs).argmax(1)
    assert float(alike.double().mean()) >= 0.995


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_mse_agrees_with_torch(reduction: str) -> None:
    prediction = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    target = torch.randn(6, 3, dtype=torch.float64)
    theirs = nn.MSELoss(reduction=reduction)(prediction, target)
    theirs.backward()
    ours = default_registry().load("loss", "mse")(reduction)
    with torch.no_grad():
        torch.testing.assert_close(ours.forward(prediction, target), theirs, rtol=1e-12, atol=0)
        torch.testing.assert_close(ours.backward(), prediction.grad, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", ["relu", "tanh"])
def test_activations_agree_with_torch_at_extremes(name: str) -> None:
    x = torch.tensor([[-1e300, -1e4, -745.0, -1.0, -1e-300, 0.0, 1e-300, 1.0, 745.0, 1e4, 1e300]]).double()
    x.requires_grad_()
    theirs = getattr(torch, name)(x)
    theirs.backward(torch.ones_like(x))
    ours = default_registry().load("layer", name)()
    with torch.no_grad():
        assert torch.equal(ours.forward(x), theirs)
        torch.testing.assert_close(ours.backward(torch.ones_like(x)), x.grad, rtol=1e-12, atol=0)


@pytest.mark.slow
def test_ten_seeds_of_the_standard_test_reach_the_reports_accuracy() -> None:
    result = minidl.run(minidl.RunConfig(repeats=10))
    assert result.summary["test"]["accuracy"]["mean"] >= 0.96


def test_a_saved_network_loads_strictly_into_torch(tmp_path: object) -> None:
    from safetensors.torch import load_file

    result = minidl.fit(LAYERS, "disk", epochs=1)
    minidl.save(result.model, f"{tmp_path}/model.safetensors")
    theirs = torch_twin(torch.float32)
    theirs.load_state_dict(load_file(f"{tmp_path}/model.safetensors"), strict=True)
    x = torch.randn(5, 2)
    with torch.no_grad():
        torch.testing.assert_close(minidl.predict(result.model, x), theirs(x))


def test_all_parameters_lie_in_one_block_in_order_and_so_do_their_gradients_once_gathered() -> None:
    model: Sequential = minidl.fit(LAYERS, "disk", epochs=1, optimizer="adam").model
    at, grad_at = (getattr(model.parameters()[0], part).data_ptr() for part in ("value", "grad"))
    for parameter in model.parameters():
        assert parameter.value.data_ptr() == at
        assert parameter.grad.data_ptr() == grad_at
        at += parameter.value.nbytes
        grad_at += parameter.grad.nbytes
