"""What was done to the raw data before training, kept so that new data is treated the same way."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from torch import Tensor


class Preprocessing(ABC):
    """From raw data to the inputs of a network, as fixed by the training data; saved with the model as JSON."""

    dataset: ClassVar[str]
    """The name of the dataset component whose `restore_preprocessing` reads what `to_json` writes."""

    @abstractmethod
    def transform(self, source: Any) -> Tensor:
        """Return the inputs for new raw data, `(samples, *features)`.

        They are in float64 or, where the source holds no more digits, in float32.

        Raises:
            DataError: the data lacks something that the training data had.
        """

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return all that `Dataset.restore_preprocessing` needs, as plain JSON values."""


def same_preprocessing(one: Preprocessing | None, other: Preprocessing | None) -> bool:
    """Whether two preprocessings treat data the same way: they are of one dataset and are written as the same JSON."""
    if one is None or other is None:
        return one is other
    return one.dataset == other.dataset and _written(one) == _written(other)


def _written(preprocessing: Preprocessing) -> str:
    return json.dumps(preprocessing.to_json(), sort_keys=True)
