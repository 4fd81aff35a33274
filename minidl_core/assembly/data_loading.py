"""The data that a network learns from: that of a dataset, treated by the preprocessing that the network has."""

from __future__ import annotations

from dataclasses import replace

from minidl_core.assembly.data_spec import check_data_spec
from minidl_core.assembly.error_location import locating_errors
from minidl_core.assembly.from_spec import make
from minidl_core.assembly.part_names import part_name
from minidl_core.errors import DataError, PluginError
from minidl_core.interfaces.dataset import Data, Dataset
from minidl_core.interfaces.preprocessing import Preprocessing, same_preprocessing
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import default_registry

FRESH = "pass fresh=True to build the network anew for these data"
"""What to do where a network and data do not fit together."""


def make_dataset(data: str | Dataset) -> Dataset:
    """Return the dataset that a specification names.

    Raises:
        InputError: the specification is a file's path, or needs quotes around one.
        SpecError, UnknownNameError, ConflictError, PluginError: as `make`.
    """
    if isinstance(data, str):
        check_data_spec(data)
    dataset: Dataset = make("dataset", data)
    return dataset


def make_data(data: str | Dataset | Data, seed: int) -> Data:
    """Return the samples that a specification or a dataset gives for a seed; samples are returned as they are.

    Raises:
        DataError: there is no honest way to train on what was found.
        InputError, SpecError, UnknownNameError, ConflictError, PluginError: as `make_dataset`.
    """
    return data if isinstance(data, Data) else load_data(make_dataset(data), seed)


def load_data(dataset: Dataset, seed: int) -> Data:
    """Return the samples of a dataset for a seed, with the name of the distribution that brings the dataset.

    Raises:
        DataError: there is no honest way to train on what was found.
    """
    with locating_errors(dataset):
        return _with_distribution(dataset.load(seed), dataset)


def data_for(model: Sequential, data: str | Dataset | Data, seed: int) -> Data:
    """Return the data that a network is to go on with, treated by the preprocessing that it has, if any.

    Samples without a preprocessing are inputs already; the network keeps the preprocessing that it has.

    Raises:
        DataError: the data are of another dataset, or do not fit the network's preprocessing.
        InputError, SpecError, UnknownNameError, ConflictError, PluginError: as `make_data`.
    """
    kept = model.preprocessing
    if kept is None or model.out_shape is None:
        return make_data(data, seed)
    if not isinstance(data, Data):
        return _loaded_like(make_dataset(data), seed, model)
    if data.preprocessing is not None and not same_preprocessing(data.preprocessing, kept):
        raise DataError(
            "the network has a preprocessing, and these data were treated by another (other means, categories or "
            f"classes): give the dataset itself, which is then treated as the network's data were, or {FRESH}"
        )
    return replace(data, preprocessing=kept, distribution=model.preprocessing_from)


def _loaded_like(dataset: Dataset, seed: int, model: Sequential) -> Data:
    """Return the data of a dataset as the preprocessing of a network treats them.

    Raises:
        DataError: the dataset is another than that of the preprocessing, or the data do not fit it.
        PluginError: the dataset treats them otherwise all the same.
    """
    if (kept := model.preprocessing) is None:
        return load_data(dataset, seed)
    if not _is_origin(dataset, kept, model.preprocessing_from):
        owner = f" of {model.preprocessing_from}" if model.preprocessing_from else ""
        raise DataError(
            f"the network treats its inputs as the dataset '{kept.dataset}'{owner} did when it was trained, which does "
            f"not fit data of {dataset!r}: {FRESH}"
        )
    with locating_errors(dataset):
        data = dataset.load_like(seed, kept)
    treated = _with_distribution(data, dataset)
    if not same_preprocessing(treated.preprocessing, kept):
        raise PluginError(f"{dataset.label()}.load_like did not treat the data by the preprocessing that it was given")
    return treated


def _is_origin(dataset: Dataset, preprocessing: Preprocessing, distribution: str) -> bool:
    """Whether a preprocessing is of that kind of dataset, as brought by a distribution, or of one it derives from."""
    found = [default_registry().entry_of("dataset", kind) for kind in type(dataset).__mro__]
    entries = [entry for entry in found if entry is not None]
    if not entries:  # a class of the user's that has no name: its load_like decides
        return not distribution
    return any(one.matches(preprocessing.dataset) and distribution in {"", one.distribution} for one in entries)


def _with_distribution(data: object, dataset: Dataset) -> Data:
    if not isinstance(data, Data):
        raise PluginError(
            f"{part_name(dataset)}: load should return Data, but returned an object of the type {type(data).__name__}"
        )
    entry = default_registry().entry_of("dataset", type(dataset))
    return data if entry is None else replace(data, distribution=entry.distribution)
