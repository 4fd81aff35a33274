"""The interface of datasets, and the data they give."""

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
    """Inputs and targets, row by row: `inputs` is `(samples, *features)`, `targets` is `(samples, *outputs)`.

    The targets of a classification are one-hot.
    """

    inputs: Tensor
    targets: Tensor


class Scale(NamedTuple):
    """From standardized targets back to the user's units: `value · deviation + mean`, output by output."""

    mean: Tensor
    deviation: Tensor

    def to_units(self, standardized: Tensor) -> Tensor:
        """Return targets or predictions in the user's units."""
        return standardized * self.deviation + self.mean


@dataclass(frozen=True)
class Data:
    """Training and test samples, and what is known of them.

    Args:
        train: samples to learn from, as `Samples` or a pair `(inputs, targets)`.
        test: samples to judge by, likewise.
        task: `classification` (one-hot targets) or `regression`.
        feature_names: a name for each input feature, where there are names.
        target_names: a name for each output: the classes, or the target columns.
        preprocessing: what makes inputs out of new raw data.
        target_scale: what brings standardized targets back to the user's units; metrics are given in these.
        loss: the loss that suits the data, as a specification; None leaves it to the task.
        distribution: the distribution that brings the dataset; filled in where it is found by name.
        notices: what the dataset decided that could surprise.
        rows: how many rows there are by what became of them: `read`, `dropped` (of which `without_target` and
            `with_missing_inputs`), `train` and `test`; the last two are counted where they are not given.

    Raises:
        DataError: numbers of rows differ, there are no rows, or shapes of training and test samples differ.
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
        """Check that rows and shapes agree."""
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
                raise DataError(
                    f"the {part} targets should be (samples, outputs), with one output at least, one-hot for classes, "
                    f"not of shape {tuple(samples.targets.shape)}"
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
        """Return the data in a type and on a device; the scale keeps its type, for units may need all its digits."""

        def moved(samples: Samples) -> Samples:
            return Samples(*(tensor.to(device, dtype) for tensor in samples))

        scale = self.target_scale and Scale(*(tensor.to(device) for tensor in self.target_scale))
        return replace(self, train=moved(self.train), test=moved(self.test), target_scale=scale)


class Dataset(Component):
    """A source of data: made from its settings, it loads training and test samples."""

    def load(self, seed: int) -> Data:
        """Return the data on the CPU, in float64, or in float32 where the source holds no more digits.

        Whatever is drawn at random follows from `seed`.

        Called once for each repeat of a run, each with a seed of its own.

        Raises:
            DataError: there is no honest way to train on what was found.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot be loaded")

    def load_like(self, seed: int, preprocessing: Preprocessing) -> Data:
        """Return the data treated by a preprocessing that a network has already: its means, categories and classes.

        A dataset that can treat its source by another's preprocessing writes this method; this one only accepts what
        `load` happens to treat the same way.

        Args:
            seed: as in `load`.
            preprocessing: one that `load` gave earlier, or that `restore_preprocessing` restored.

        Raises:
            DataError: the source does not fit the preprocessing, as where it lacks a column or holds a class that the
                network does not know; the message names `fresh=True`.
        """
        data = self.load(seed)
        if not same_preprocessing(data.preprocessing, preprocessing):
            raise DataError(
                f"{self.label()} treats these data otherwise than those that the network was trained on (other means, "
                "categories or classes): pass fresh=True to build the network anew for these data"
            )
        return data

    def describe(self) -> DataDescription:
        """Return what there is to know of the data before training: rows, columns, target, and all problems.

        A problem of the data is part of the description, not an error. The default describes what `load` gives.

        Raises:
            DataError: the source cannot be read at all.
        """
        return describe_data(self.load(0))

    @classmethod
    def restore_preprocessing(cls, saved: dict[str, Any]) -> Preprocessing:
        """Return the preprocessing that `Preprocessing.to_json` wrote."""
        raise NotImplementedError(f"{cls.__name__} has no preprocessing")
