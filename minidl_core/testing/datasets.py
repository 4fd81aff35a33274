"""The checks of datasets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from minidl_core.errors import MinidlError
from minidl_core.interfaces.dataset import Data
from minidl_core.testing.check_case import Case, Check, ConformanceError, NotCheckedError
from minidl_core.testing.configured_part import ConfiguredPart, component_cases
from minidl_core.testing.numerics.comparison import random_normal, require_same
from minidl_core.testing.settings.description import how_to_set
from minidl_core.testing.subject import Subject


@dataclass(frozen=True)
class ConfiguredDataset(ConfiguredPart):
    """A dataset's class with settings, and whether these are derived, so that a file they name may not exist."""

    derived: bool = False

    def load(self, seed: int = 0) -> Data:
        """Return the data for a seed.

        Raises:
            NotCheckedError: loading fails with derived settings.
        """
        try:
            data = self.make().load(seed)
        except MinidlError as error:
            if self.derived:
                raise NotCheckedError(
                    f"it cannot load data with derived settings ({error}); {how_to_set(self.part)}"
                ) from None
            raise
        if not isinstance(data, Data):
            raise ConformanceError(f"load returned a {type(data).__name__}, expected Data")
        return data

    def tensors(self, seed: int = 0) -> dict[str, torch.Tensor]:
        """Return the inputs and targets of the training and the test data, by name."""
        data = self.load(seed)
        return {
            f"the {part} {what}": getattr(getattr(data, part), what)
            for part in ("train", "test")
            for what in ("inputs", "targets")
        }


def dataset_cases(subject: Subject) -> Iterator[Case]:
    """Yield the checks of a dataset for all settings."""

    def cases_of(configured: ConfiguredPart) -> Iterator[Case]:
        derived = subject.settings is None
        dataset = ConfiguredDataset(configured.part, configured.settings, configured.varied, derived)
        for check in CHECKS:
            yield check.case(dataset.labels, dataset)

    return component_cases(subject, cases_of)


def check_determinism(configured: ConfiguredDataset) -> None:
    """Check that the same seed gives the same data, independent of torch's global generator."""
    torch.default_generator.manual_seed(1)
    first = configured.tensors(seed=5)
    torch.default_generator.manual_seed(2)
    for name, again in configured.tensors(seed=5).items():
        hint = "draw random numbers from minidl.generator(seed), with the seed passed to load"
        require_same(f"{name} for the same seed", again, first[name], 0, hint)


def check_numbers(configured: ConfiguredDataset) -> None:
    """Check that all values are finite floats on the CPU."""
    for name, tensor in configured.tensors().items():
        if tensor.dtype not in {torch.float64, torch.float32} or tensor.device.type != "cpu":
            expected = "float64 on the CPU, or float32 if the source has no more digits"
            raise ConformanceError(f"{name} are {tensor.dtype} on {tensor.device}, expected {expected}")
        if not bool(tensor.isfinite().all()):
            raise ConformanceError(f"{name} contain NaN or infinite numbers")


def check_one_hot(configured: ConfiguredDataset) -> None:
    """Check that the targets of a classification are one-hot."""
    task = configured.load().task
    if task != "classification":
        raise NotCheckedError(f"the task is {task}")
    for name, tensor in configured.tensors().items():
        if name.endswith("targets"):
            is_one_hot = ((tensor == 0) | (tensor == 1)).all(-1) & (tensor.sum(-1) == 1)
            if not bool(is_one_hot.all()):
                row = int(is_one_hot.logical_not().flatten().nonzero()[0])
                raise ConformanceError(f"{name} are not one-hot: row {row} is {tensor.flatten(0, -2)[row].tolist()}")


def check_names(configured: ConfiguredDataset) -> None:
    """Check that there is one name per feature and per target, or none at all."""
    data = configured.load()
    for what, names, shape in (
        ("feature", data.feature_names, data.input_shape),
        ("target", data.target_names, data.target_shape),
    ):
        if names and shape != (len(names),):
            raise ConformanceError(
                f"there are {len(names)} {what} names for samples of shape {shape}, expected one per element"
            )


def check_preprocessing(configured: ConfiguredDataset) -> None:
    """Check that writing the preprocessing to JSON and reading it back preserves it."""
    data = configured.load()
    if data.preprocessing is None:
        raise NotCheckedError("it has no preprocessing")
    written = json.dumps(data.preprocessing.to_json(), allow_nan=False)
    again = configured.make().restore_preprocessing(json.loads(written))
    if json.dumps(again.to_json(), allow_nan=False) != written:
        raise ConformanceError(f"the preprocessing was written as {written}, but read back as {again.to_json()}")
    raw = random_normal(5, *data.input_shape)
    try:
        expected = data.preprocessing.transform(raw)
    except (MinidlError, TypeError, AttributeError):  # its raw data is no tensor
        return
    require_same("the result of the restored preprocessing", again.transform(raw), expected, 0)


CHECKS = (
    Check("the same seed gives the same data", check_determinism, "basic"),
    Check("values are finite floats", check_numbers, "basic"),
    Check("classes are one-hot", check_one_hot, "basic"),
    Check("names and shapes agree", check_names, "basic"),
    Check("preprocessing survives a JSON round trip", check_preprocessing),
)
