"""Which distribution brought each part of a saved network, so that it is never restored with another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from minidl_core.errors import UnknownNameError
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import LOCAL, Entry, default_registry
from minidl_core.spec import ComponentSpec, Pipeline


def providers_of(model: Sequential) -> dict[str, Entry]:
    """Return what is known of the layers of a network, inner ones included, and of the dataset of its preprocessing.

    The keys are kind and name, as `layer swish`, with the name that a specification of the network has.
    """
    registry = default_registry()
    found = [registry.entry_of("layer", type(module)) for module in model.modules()]
    parts = {f"layer {entry.shown_name}": entry for entry in found if entry is not None}
    if (preprocessing := model.preprocessing) is not None:
        claims = [one for one in registry.entries("dataset") if one.matches(preprocessing.dataset) and one.is_usable]
        own = [one for one in claims if one.distribution == model.preprocessing_from]
        parts |= {f"dataset {preprocessing.dataset}": one for one in (own or claims)[:1]}
    return parts


class Providers:
    """Who brought each part of a saved network, and in which version.

    Args:
        parts: the distribution of each part, by its kind and name, as `layer swish`.
        versions: the version of each distribution.
    """

    def __init__(self, parts: Mapping[str, str], versions: Mapping[str, str]) -> None:
        self.parts = parts
        self.versions = versions

    def qualified(self, pipeline: Pipeline) -> Pipeline:
        """Return a specification of layers with the names under which they are known here, whoever claims others.

        Raises:
            UnknownNameError: a layer is not known here; the message says how to get it.
        """

        def of(content: ComponentSpec | Pipeline) -> ComponentSpec | Pipeline:
            if isinstance(content, Pipeline):
                return self.qualified(content)
            body = None if content.body is None else self.qualified(content.body)
            return replace(content, name=self.known_name("layer", content.name), body=body)

        return Pipeline(tuple(replace(item, content=of(item.content)) for item in pipeline.items))

    def known_name(self, kind: str, name: str) -> str:
        """Return the name under which a part is known here: the qualified one, if a distribution brought it.

        Raises:
            UnknownNameError: it is not known here; the message says how to get it.
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
            return f"the {kind} '{name}' came from no installed distribution: {way}"
        version = self.versions.get(owner)
        wanted = f"{owner}=={version}" if version else owner
        return f"the {kind} '{name}' is that of {owner} {version or ''}".rstrip() + (
            f", which is not here: pip install '{wanted}'"
        )
