"""Data loaded from datasets, with the preprocessing of a network that is already trained."""

from __future__ import annotations

from dataclasses import replace

from minidl_core.assembly.data_spec import check_data_spec
from minidl_core.assembly.error_location import locating_errors
from minidl_core.assembly.from_spec import make
from minidl_core.assembly.part_names import part_name
from minidl_core.errors import DataError, InputError, PluginError
from minidl_core.interfaces.dataset import Data, Dataset
from minidl_core.interfaces.preprocessing import Preprocessing, same_preprocessing
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import default_registry
from minidl_core.spec import ComponentSpec

FRESH = "pass fresh=True to build a new network for these data"
"""Advice if the data do not fit the network."""


def make_dataset(data: str | Dataset) -> Dataset:
    """Return the dataset that a specification describes.

    Raises:
        InputError: the specification is the path of a file, or contains one that needs quotes; or it is something else,
            such as tensors or a data frame.
        SpecError, UnknownNameError, ConflictError, PluginError: as `make`.
    """
    if isinstance(data, str):
        check_data_spec(data)
    elif not isinstance(data, Dataset | ComponentSpec):
        raise InputError(
            f"data should be a text such as 'table:FILE:target=COLUMN', a dataset or a minidl.Data, not of type "
            f"{type(data).__name__}: for tensors and arrays, write "
            "minidl.Data(train=(inputs, targets), test=(inputs, targets), task='regression')"
        )
    dataset: Dataset = make("dataset", data)
    return dataset


def make_data(data: str | Dataset | Data, seed: int) -> Data:
    """Return the data of a specification or a dataset for a seed; data are returned unchanged.

    Raises:
        DataError: the source cannot be read or is not suitable for training.
        InputError, SpecError, UnknownNameError, ConflictError, PluginError: as `make_dataset`.
    """
    return data if isinstance(data, Data) else load_data(make_dataset(data), seed)


def load_data(dataset: Dataset, seed: int) -> Data:
    """Return the data of a dataset for a seed, with the name of the distribution that provides the dataset.

    Raises:
        DataError: the source cannot be read or is not suitable for training.
    """
    with locating_errors(dataset):
        return _with_distribution(dataset.load(seed), dataset)


def data_for(model: Sequential, data: str | Dataset | Data, seed: int) -> Data:
    """Return the data to continue training a network with, converted by its preprocessing if it has one.

    Data without a preprocessing are taken as inputs of the network, which keeps its preprocessing.

    Raises:
        DataError: the data come from another dataset, or do not fit the preprocessing of the network.
        InputError, SpecError, UnknownNameError, ConflictError, PluginError: as `make_data`.
    """
    kept = model.preprocessing
    if kept is None or model.out_shape is None:
        return make_data(data, seed)
    if not isinstance(data, Data):
        return _loaded_like(make_dataset(data), seed, model)
    if data.preprocessing is not None and not same_preprocessing(data.preprocessing, kept):
        raise DataError(
            "these data were not preprocessed as the network's training data were (other means, categories or "
            f"classes): pass the dataset instead, to apply the network's preprocessing, or {FRESH}"
        )
    return replace(data, preprocessing=kept, distribution=model.preprocessing_from)


def _loaded_like(dataset: Dataset, seed: int, model: Sequential) -> Data:
    """Return the data of a dataset, converted by the preprocessing of a network.

    Raises:
        DataError: the preprocessing belongs to another dataset, or the data do not fit it.
        PluginError: the dataset did not apply the preprocessing.
    """
    if (kept := model.preprocessing) is None:
        return load_data(dataset, seed)
    if not _is_origin(dataset, kept, model.preprocessing_from):
        owner = f" of {model.preprocessing_from}" if model.preprocessing_from else ""
        raise DataError(
            f"the network was trained on data of the dataset '{kept.dataset}'{owner}, whose preprocessing does not fit "
            f"data of {dataset!r}: {FRESH}"
        )
    with locating_errors(dataset):
        data = dataset.load_like(seed, kept)
    treated = _with_distribution(data, dataset)
    if not same_preprocessing(treated.preprocessing, kept):
        raise PluginError(f"{dataset.label()}.load_like did not apply the preprocessing that it was given")
    return treated


def _is_origin(dataset: Dataset, preprocessing: Preprocessing, distribution: str) -> bool:
    """Whether a preprocessing belongs to a dataset of a distribution, or to one that the dataset derives from."""
    found = [default_registry().entry_of("dataset", kind) for kind in type(dataset).__mro__]
    entries = [entry for entry in found if entry is not None]
    if not entries:  # a class of the user's without a name: its load_like decides
        return not distribution
    return any(one.matches(preprocessing.dataset) and distribution in {"", one.distribution} for one in entries)


def _with_distribution(data: object, dataset: Dataset) -> Data:
    if not isinstance(data, Data):
        raise PluginError(
            f"{part_name(dataset)}: load should return Data, but returned an object of the type {type(data).__name__}"
        )
    entry = default_registry().entry_of("dataset", type(dataset))
    return data if entry is None else replace(data, distribution=entry.distribution)
