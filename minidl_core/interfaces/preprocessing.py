"""The interface of preprocessing: the conversion of raw data to inputs, saved with a network."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from torch import Tensor


class Preprocessing(ABC):
    """Converts raw data to the inputs of a network as was done for the training data; saved with the network as JSON.

    Attributes:
        dataset: class attribute: the name of the dataset whose `restore_preprocessing` reads what `to_json` returns.
    """

    dataset: ClassVar[str]

    @abstractmethod
    def transform(self, source: Any) -> Tensor:
        """Return the inputs for new raw data.

        Args:
            source: raw data of the kind that the dataset reads, such as the path of a file.

        Returns:
            Inputs of shape `(samples, *features)`, in float64, or in float32 if the source has no more digits.

        Raises:
            DataError: the data lack something that the training data had, such as a column.
        """

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return everything that `Dataset.restore_preprocessing` needs, as plain JSON values."""


def same_preprocessing(one: Preprocessing | None, other: Preprocessing | None) -> bool:
    """Whether two preprocessings are equal: both belong to the same dataset and have the same JSON values."""
    if one is None or other is None:
        return one is other
    return one.dataset == other.dataset and _written(one) == _written(other)


def _written(preprocessing: Preprocessing) -> str:
    return json.dumps(preprocessing.to_json(), sort_keys=True)
