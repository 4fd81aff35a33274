"""The distribution that provides each part of a saved network, so that no other is used to restore it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from minidl_core.errors import UnknownNameError
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import LOCAL, Entry, default_registry
from minidl_core.spec import ComponentSpec, Pipeline


def providers_of(model: Sequential) -> dict[str, Entry]:
    """Return the registry entries of all layers of a network, and of the dataset of its preprocessing.

    The keys are kind and name, such as `layer swish`, with the name as in the specification of the network.
    """
    registry = default_registry()
    found = [registry.entry_of("layer", type(module)) for module in model.modules()]
    parts = {f"layer {entry.shown_name}": entry for entry in found if entry is not None}
    if (preprocessing := model.preprocessing) is not None:
        provided = [one for one in registry.entries("dataset") if one.matches(preprocessing.dataset) and one.is_usable]
        own = [one for one in provided if one.distribution == model.preprocessing_from]
        parts |= {f"dataset {preprocessing.dataset}": one for one in (own or provided)[:1]}
    return parts


class Providers:
    """The distributions that provide the parts of a saved network, with their versions.

    Args:
        parts: the distribution of each part, by kind and name, such as `layer swish`.
        versions: the version of each distribution.
    """

    def __init__(self, parts: Mapping[str, str], versions: Mapping[str, str]) -> None:
        self.parts = parts
        self.versions = versions

    def qualified(self, pipeline: Pipeline) -> Pipeline:
        """Return a specification of layers with names qualified by the distributions that provided them.

        Raises:
            UnknownNameError: a layer is not installed; the message says how to install it.
        """

        def of(content: ComponentSpec | Pipeline) -> ComponentSpec | Pipeline:
            if isinstance(content, Pipeline):
                return self.qualified(content)
            body = None if content.body is None else self.qualified(content.body)
            return replace(content, name=self.known_name("layer", content.name), body=body)

        return Pipeline(tuple(replace(item, content=of(item.content)) for item in pipeline.items))

    def known_name(self, kind: str, name: str) -> str:
        """Return the name of a part, qualified by the distribution that provided it, if any.

        Raises:
            UnknownNameError: it is not installed; the message says how to install it.
        """
        owner = self.parts.get(f"{kind} {name}")
        bare = name.rpartition("/")[2]
        known = bare if owner is None else f"{owner}/{bare}"
        if owner is not None and not any(entry.matches(known) for entry in default_registry().entries(kind)):
            raise UnknownNameError(self._missing(kind, bare, owner))
        return known

    def _missing(self, kind: str, name: str, owner: str) -> str:
        if owner == LOCAL:
            way = "load the file that defines it (minidl.load_file, or --plugin), or register it"
            return f"the {kind} '{name}' belongs to no installed distribution: {way}"
        version = self.versions.get(owner)
        wanted = f"{owner}=={version}" if version else owner
        return f"the {kind} '{name}' of {owner} {version or ''}".rstrip() + f" is not installed: pip install '{wanted}'"
