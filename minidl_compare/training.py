"""Trains a network with minidl's public loop or with the usual PyTorch loop."""

from __future__ import annotations

import math
import time
import traceback
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from minidl_compare.twins.losses import TorchLoss
from minidl_compare.twins.twin_factory import TwinFactory
from minidl_core import (
    Batches,
    Data,
    DivergenceError,
    Epoch,
    Metric,
    RunConfig,
    RunError,
    Samples,
    Seconds,
    Sequential,
    derive,
    fit,
    generator,
    sequential,
)
from minidl_core.assembly import DTYPES, build_for, make, make_metrics
from minidl_core.errors import describe_exception
from minidl_core.registry import converting_errors
from minidl_core.training.engine_choice import PYTHON, choose_engine
from minidl_core.training.evaluation import CHUNK, compute_metrics
from minidl_core.training.fit import prepare

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Training:
    """The result of a training: the time of its phases, the scores after each epoch, and the trained network.

    `engine` is the name of the engine that minidl used; empty for PyTorch.
    """

    seed: int
    seconds: Seconds
    history: list[Epoch]
    model: Sequential | nn.Module
    engine: str = ""


@dataclass(frozen=True)
class Task:
    """A training that both sides do.

    Args:
        config: the configuration, with layers, loss, optimizer and metrics set, and the seed of this training.
        data: the samples, of any dtype.
    """

    config: RunConfig
    data: Data

    @property
    def has_python(self) -> bool:
        """Whether the engine `python` is measured as well, because minidl's side uses another one."""
        return self.config.engine != PYTHON

    def by_minidl(self) -> Training:
        """Train with `minidl.fit`, from parameters drawn with the seed.

        Raises:
            DivergenceError: the loss became infinite or NaN; the message names the side.
        """
        config = self.config
        try:
            result = fit(
                config.layers or "",
                self.data,
                config.loss,
                config.optimizer,
                metrics=config.metrics,
                epochs=config.epochs,
                batch_size=config.batch_size,
                seed=config.seed,
                dtype=config.dtype,
                threads=config.threads,
                engine=config.engine,
            )
        except DivergenceError as error:
            raise DivergenceError(f"on minidl's side, {error}") from None
        return Training(config.seed, result.seconds, result.history, result.model, result.engine)

    def by_python(self) -> Training:
        """Train with `minidl.fit` and the engine `python`, otherwise as `by_minidl`."""
        return replace(self, config=replace(self.config, engine=PYTHON)).by_minidl()

    def with_engine(self) -> Task:
        """Return the task with the engine that `auto` stands for, so that short trainings take the same one.

        Raises:
            InputError, PluginError: as `minidl.fit`.
        """
        config = self.config
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # training warns too
            parts = make("loss", config.loss or ""), make("optimizer", config.optimizer)
            run = prepare(config, sequential(config.layers or ""), self.data, *parts, config.metrics)
        choose_engine(config.engine, run)
        return replace(self, config=replace(config, engine=run.engine))

    def by_torch(self) -> Training:
        """Train the PyTorch twins from the same parameters, on the same batches, with the same random numbers.

        This changes the state of PyTorch's global generator, from which its layers draw.

        Raises:
            DivergenceError: the loss became infinite or NaN; the message names the side.
            RunError: PyTorch failed; the message names the side, and the layer if it is known.
        """
        config, dtype = self.config, DTYPES[self.config.dtype]
        twins = self.twins()
        model = twins.model
        metrics = make_metrics(config.metrics or "")
        seconds = Seconds()
        started = time.perf_counter()
        data = self.data.to(dtype, CPU)
        network = twins.network()
        loss, optimizer = twins.loss(), twins.optimizer(network.parameters())
        seconds.initialization = time.perf_counter() - started
        twins.load(network)
        if model.generator is not None:
            torch.set_rng_state(model.generator.get_state())
        started = time.perf_counter()
        batches = Batches(data.train, config.batch_size, generator(derive(config.seed, "shuffle")))
        history = []
        with _locating_torch_errors(network, twins.places):
            for number in range(1, config.epochs + 1):
                train_epoch(network.train(), loss, optimizer, batches, seconds)
                train, test = (scores(network, loss, samples, metrics, data) for samples in (data.train, data.test))
                if not math.isfinite(train["loss"]):
                    at = f"epoch {number} of {config.epochs}"
                    raise DivergenceError(f"on PyTorch's side, the loss became {train['loss']} in {at}")
                history.append(Epoch(number, train, test))
        seconds.total = seconds.initialization + time.perf_counter() - started
        return Training(config.seed, seconds, history, network)

    def twins(self) -> TwinFactory:
        """Return the twins of the network with its initial parameters, the loss and the optimizer.

        Raises:
            InputError, PluginError, RunError: as `TwinFactory`.
        """
        model = sequential(self.config.layers or "")
        build_for(model, self.data, self.config.seed, DTYPES[self.config.dtype], CPU)
        return TwinFactory(model, make("loss", self.config.loss or ""), make("optimizer", self.config.optimizer))


def _locating_torch_errors(network: nn.Sequential, places: list[str]) -> AbstractContextManager[None]:
    """Return a context manager that raises an error as one that names PyTorch's side, and the layer if it is known."""
    return converting_errors(
        lambda error: RunError(
            f"on PyTorch's side, {_error_location(error, network, places)} failed with {describe_exception(error)}"
        )
    )


def _error_location(error: BaseException, network: nn.Sequential, places: list[str]) -> str:
    """Return the twin of the layer that an error came through, or that it happened in training."""
    place_of = dict(zip(map(id, network), places, strict=True))
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    passed = [place_of[twin] for frame in frames if (twin := id(frame.f_locals.get("self"))) in place_of]
    return f"the twin of {passed[-1]}" if passed else "training"


def train_epoch(
    network: nn.Module, loss: TorchLoss, optimizer: torch.optim.Optimizer, batches: Batches, seconds: Seconds
) -> None:
    """Take the steps of an epoch as PyTorch users do, and add up the time of each phase."""
    clock = time.perf_counter
    for inputs, targets in batches:
        started = clock()
        value = loss(network(inputs), targets)
        forwarded = clock()
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        backwarded = clock()
        optimizer.step()
        updated = clock()
        seconds.forward += forwarded - started
        seconds.backward += backwarded - forwarded
        seconds.update += updated - backwarded


def scores(
    network: nn.Module, loss: TorchLoss, samples: Samples, metrics: Mapping[str, Metric], data: Data
) -> dict[str, float]:
    """Return the loss and the metrics of PyTorch's network over all samples, computed as minidl does for its own."""
    prediction = outputs(network, samples.inputs)
    with torch.inference_mode():
        value = float(loss(prediction, samples.targets))
    return {"loss": value} | compute_metrics(prediction, samples.targets, metrics, data.target_scale)


def outputs(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return the outputs of PyTorch's network in evaluation mode, in chunks like minidl's."""
    network.eval()
    with torch.inference_mode():
        return torch.cat([network(chunk) for chunk in torch.split(inputs, CHUNK)])
