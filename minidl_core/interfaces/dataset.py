"""The interface of datasets, and the data that they load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, get_args

import torch
from torch import Tensor

from minidl_core.errors import DataError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.description import DataDescription, describe_data
from minidl_core.interfaces.notice import Notice
from minidl_core.interfaces.preprocessing import Preprocessing, same_preprocessing
from minidl_core.shapes import Shape

Task = Literal["classification", "regression"]


class Samples(NamedTuple):
    """Inputs and targets of samples, in the same order.

    Attributes:
        inputs: the inputs, of shape `(samples, *features)`.
        targets: the targets, of shape `(samples, *outputs)`; one-hot for a classification.
    """

    inputs: Tensor
    targets: Tensor


class Scale(NamedTuple):
    """Converts standardized targets to the user's units: `value · deviation + mean` for each output.

    Attributes:
        mean: the mean of each output, of shape `(*outputs)`.
        deviation: the standard deviation of each output, of the same shape.
    """

    mean: Tensor
    deviation: Tensor

    def to_units(self, standardized: Tensor) -> Tensor:
        """Return targets or predictions in the user's units."""
        return standardized * self.deviation + self.mean


@dataclass(frozen=True)
class Data:
    """Training and test samples, with their names, preprocessing and units.

    Args:
        train: samples to train on, as `Samples` or a pair `(inputs, targets)`.
        test: samples to evaluate on, likewise.
        task: `classification` (one-hot targets) or `regression`.
        feature_names: the name of each input feature, if known.
        target_names: the name of each output: a class, or a target column.
        preprocessing: converts new raw data to inputs.
        target_scale: converts standardized targets to the user's units, in which metrics are reported.
        loss: the default loss for these data, as a specification; None uses the default of the task.
        distribution: the distribution that provides the dataset; set when the dataset is found by name.
        notices: decisions of the dataset that users should know about.
        rows: the number of rows by outcome: `read`, `dropped` (of which `without_target` and `with_missing_inputs`),
            `train` and `test`; the last two are always counted from the samples.

    Raises:
        DataError: inputs and targets differ in length, there are no rows, or training and test samples differ in shape.

    Example:
        Data for a regression:

            inputs = torch.rand(100, 3)
            targets = inputs.sum(1, keepdim=True)
            data = Data((inputs[:80], targets[:80]), (inputs[80:], targets[80:]), "regression")
    """

    train: Samples
    test: Samples
    task: Task
    feature_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    preprocessing: Preprocessing | None = None
    target_scale: Scale | None = None
    loss: str | None = None
    distribution: str = ""
    notices: tuple[Notice, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that numbers of rows and shapes agree."""
        if self.task not in get_args(Task):
            raise DataError(f"the task must be {' or '.join(get_args(Task))}, not {self.task!r}")
        for part in ("train", "test"):
            samples = Samples(*map(torch.as_tensor, getattr(self, part)))
            object.__setattr__(self, part, samples)
            if len(samples.inputs) != len(samples.targets):
                raise DataError(
                    f"the {part} data has {len(samples.inputs)} rows of inputs but {len(samples.targets)} of targets"
                )
            if not len(samples.inputs):
                raise DataError(f"the {part} data has no rows")
            if samples.targets.dim() < 2 or not samples.targets.numel():  # noqa: PLR2004 - rows and outputs
                one = ": write targets[:, None] for one output" if samples.targets.dim() == 1 else ""
                raise DataError(
                    f"the {part} targets should be (samples, outputs), with one output at least, one-hot for classes, "
                    f"not of shape {tuple(samples.targets.shape)}{one}"
                )
        if (
            self.train.inputs.shape[1:] != self.test.inputs.shape[1:]
            or self.target_shape != self.test.targets.shape[1:]
        ):
            raise DataError("training and test samples differ in shape")
        if self.task == "classification" and self.target_shape[-1] < 2:  # noqa: PLR2004 - two classes
            raise DataError("the targets of a classification should be one-hot, a column for each class")
        counted = {"train": len(self.train.inputs), "test": len(self.test.inputs)}
        object.__setattr__(self, "rows", {**self.rows, **counted})

    @property
    def input_shape(self) -> Shape:
        """The shape of one input sample."""
        return tuple(self.train.inputs.shape[1:])

    @property
    def target_shape(self) -> Shape:
        """The shape of one target."""
        return tuple(self.train.targets.shape[1:])

    def to(self, dtype: torch.dtype, device: torch.device | str) -> Data:
        """Return the data in another type and on another device; the target scale keeps its type, for precision."""

        def moved(samples: Samples) -> Samples:
            return Samples(*(tensor.to(device, dtype) for tensor in samples))

        scale = self.target_scale and Scale(*(tensor.to(device) for tensor in self.target_scale))
        return replace(self, train=moved(self.train), test=moved(self.test), target_scale=scale)


class Dataset(Component):
    """A source of data: created from its settings, it loads training and test samples.

    Example:
        Numbers and their squares:

            class Squares(Dataset):
                def __init__(self, samples: int = 100) -> None:
                    self.samples = samples

                def load(self, seed: int) -> Data:
                    source = generator(seed)
                    train, test = (torch.rand(self.samples, 1, generator=source) for _ in range(2))
                    return Data((train, train.square()), (test, test.square()), "regression")
    """

    def load(self, seed: int) -> Data:
        """Return the data on the CPU, in float64, or in float32 if the source has no more digits.

        It is called once for each repeat of a run, with a different seed each time.

        Args:
            seed: determines everything that is drawn at random, such as the split.

        Raises:
            DataError: the source cannot be read or is not suitable for training.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot be loaded")

    def load_like(self, seed: int, preprocessing: Preprocessing) -> Data:
        """Return the data, preprocessed with the means, categories and classes that a network was trained with.

        A dataset with a preprocessing overrides this method. The default accepts the data of `load` if they were
        preprocessed in the same way.

        Args:
            seed: as for `load`.
            preprocessing: an earlier preprocessing of this dataset, from `load` or `restore_preprocessing`.

        Raises:
            DataError: the source does not fit the preprocessing, for example because a column is missing or a class is
                unknown to the network; the message suggests `fresh=True`.
        """
        data = self.load(seed)
        if not same_preprocessing(data.preprocessing, preprocessing):
            raise DataError(
                f"{self.label()} preprocesses these data differently than the network's training data (other means, "
                "categories or classes): pass fresh=True to build a new network for these data"
            )
        return data

    def describe(self) -> DataDescription:
        """Return a description of the data before training: rows, columns, target and problems.

        Problems of the data are listed in the description and are not errors. The default describes the data of `load`.

        Raises:
            DataError: the source cannot be read.
        """
        return describe_data(self.load(0))

    @classmethod
    def restore_preprocessing(cls, saved: dict[str, Any]) -> Preprocessing:
        """Return the preprocessing that `Preprocessing.to_json` wrote.

        Args:
            saved: the JSON values, with the dataset's name under `dataset`.
        """
        raise NotImplementedError(f"{cls.__name__} has no preprocessing")
