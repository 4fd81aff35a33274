"""What every dataset must satisfy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from minidl_core.errors import MinidlError
from minidl_core.interfaces.dataset import Data
from minidl_core.testing.check_case import Case, Check, ConformanceError, NotCheckedError
from minidl_core.testing.configured_part import ConfiguredPart, configured_parts
from minidl_core.testing.numerics.comparison import random_normal, require_same
from minidl_core.testing.settings.derived import how_to_set
from minidl_core.testing.subject import Subject


@dataclass(frozen=True)
class ConfiguredDataset(ConfiguredPart):
    """A dataset's class with settings, and whether these are derived, so that what they name may not be there."""

    derived: bool = False

    def load(self, seed: int = 0) -> Data:
        """Return the data of a seed.

        Raises:
            NotCheckedError: there is none, for the settings are not the author's.
        """
        try:
            data = self.make().load(seed)
        except MinidlError as error:
            if self.derived:
                raise NotCheckedError(
                    f"it gives no data for derived settings ({error}); {how_to_set(self.part)}"
                ) from None
            raise
        if not isinstance(data, Data):
            raise ConformanceError(f"load returned {type(data).__name__}, where Data is expected")
        return data

    def tensors(self, seed: int = 0) -> dict[str, torch.Tensor]:
        """Return the data's tensors by name."""
        data = self.load(seed)
        return {
            f"the {part} {what}": getattr(getattr(data, part), what)
            for part in ("train", "test")
            for what in ("inputs", "targets")
        }


def dataset_cases(subject: Subject) -> Iterator[Case]:
    """Yield all checks of a dataset, for its settings."""
    for made, configured in configured_parts(subject):
        yield made
        if configured is not None:
            dataset = ConfiguredDataset(
                configured.part, configured.settings, configured.varied, subject.settings is None
            )
            for check in CHECKS:
                yield check.case(dataset.labels, dataset)


def check_determinism(configured: ConfiguredDataset) -> None:
    """Check that one seed gives the same data, whatever torch's global source gives."""
    torch.default_generator.manual_seed(1)
    first = configured.tensors(seed=5)
    torch.default_generator.manual_seed(2)
    for name, again in configured.tensors(seed=5).items():
        hint = "draw from minidl.generator(seed), with the seed that load is given"
        require_same(f"{name} of the same seed", again, first[name], 0, hint)


def check_numbers(configured: ConfiguredDataset) -> None:
    """Check that all numbers are finite floats, on the CPU."""
    for name, tensor in configured.tensors().items():
        if tensor.dtype not in {torch.float64, torch.float32} or tensor.device.type != "cpu":
            expected = "float64 on the CPU is expected, or float32 where the source holds no more digits"
            raise ConformanceError(f"{name} are {tensor.dtype} on {tensor.device}, where {expected}")
        if not bool(tensor.isfinite().all()):
            raise ConformanceError(f"{name} hold NaN or infinite numbers")


def check_one_hot(configured: ConfiguredDataset) -> None:
    """Check that the targets of a classification are one-hot."""
    task = configured.load().task
    if task != "classification":
        raise NotCheckedError(f"it is a {task}")
    for name, tensor in configured.tensors().items():
        if name.endswith("targets"):
            is_one_hot = ((tensor == 0) | (tensor == 1)).all(-1) & (tensor.sum(-1) == 1)
            if not bool(is_one_hot.all()):
                row = int(is_one_hot.logical_not().flatten().nonzero()[0])
                raise ConformanceError(f"{name} are not one-hot: row {row} is {tensor.flatten(0, -2)[row].tolist()}")


def check_names(configured: ConfiguredDataset) -> None:
    """Check that there is a name for each feature and each output, or none."""
    data = configured.load()
    for what, names, shape in (
        ("feature", data.feature_names, data.input_shape),
        ("target", data.target_names, data.target_shape),
    ):
        if names and shape != (len(names),):
            raise ConformanceError(f"there are {len(names)} {what} names for samples of shape {shape}: give one each")


def check_preprocessing(configured: ConfiguredDataset) -> None:
    """Check that the preprocessing comes back from JSON as it was."""
    data = configured.load()
    if data.preprocessing is None:
        raise NotCheckedError("it has no preprocessing")
    written = json.dumps(data.preprocessing.to_json(), allow_nan=False)
    again = configured.make().restore_preprocessing(json.loads(written))
    if json.dumps(again.to_json(), allow_nan=False) != written:
        raise ConformanceError(f"the preprocessing was written as {written}, but comes back as {again.to_json()}")
    raw = random_normal(5, *data.input_shape)
    try:
        expected = data.preprocessing.transform(raw)
    except (MinidlError, TypeError, AttributeError):  # its raw data is no tensor
        return
    require_same("what the restored preprocessing gives", again.transform(raw), expected, 0)


CHECKS = (
    Check("one seed gives the same data", check_determinism, "basic"),
    Check("numbers are finite floats", check_numbers, "basic"),
    Check("classes are one-hot", check_one_hot, "basic"),
    Check("names and shapes agree", check_names, "basic"),
    Check("the preprocessing survives JSON", check_preprocessing),
)
