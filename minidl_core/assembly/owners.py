"""Which distribution brought each layer of a network, so that a saved one is never restored with another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from minidl_core.errors import UnknownNameError
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import LOCAL, default_registry
from minidl_core.spec import ComponentSpec, Pipeline

Owners = dict[str, str]
"""The distribution that brought a layer, by the layer's name."""


def owners_of(model: Sequential) -> Owners:
    """Return who brought each layer of a network, inner ones included."""
    entries = [default_registry().entry_of("layer", type(module)) for module in model.modules()]
    return {entry.shown_name: entry.distribution for entry in sorted(filter(None, entries), key=lambda one: one.name)}


def owned(pipeline: Pipeline, owners: Mapping[str, str], versions: Mapping[str, str]) -> Pipeline:
    """Return a specification with the qualified names of the layers, whoever claims the bare ones here.

    Args:
        pipeline: the specification.
        owners: who brought each layer; those that no distribution brought keep their bare names.
        versions: the version of each distribution, for messages.

    Raises:
        UnknownNameError: a layer is not known here; the message says how to get it.
    """

    def of(content: ComponentSpec | Pipeline) -> ComponentSpec | Pipeline:
        if isinstance(content, Pipeline):
            return owned(content, owners, versions)
        body = None if content.body is None else owned(content.body, owners, versions)
        return replace(content, name=_known_name(content.name, owners.get(content.name), versions), body=body)

    return Pipeline(tuple(replace(item, content=of(item.content)) for item in pipeline.items))


def _known_name(name: str, owner: str | None, versions: Mapping[str, str]) -> str:
    """Return the name under which a layer is known here: the qualified one, if a distribution brought it."""
    bare = name.rpartition("/")[2]
    qualified = bare if owner in {None, LOCAL} else f"{owner}/{bare}"
    try:
        default_registry().find("layer", qualified)
    except UnknownNameError as error:
        if owner is None:
            raise
        if owner == LOCAL:
            way = "load the file that defines it (minidl.load_file, or --plugin), or register it"
            raise UnknownNameError(f"the layer '{bare}' came from no installed distribution: {way}") from error
        version = versions.get(owner, "")
        wanted = f"{owner}=={version}" if version else owner
        raise UnknownNameError(
            f"the layer '{bare}' is that of {owner} {version}".rstrip()
            + f", which is not installed here or has none: pip install '{wanted}'"
        ) from error
    return qualified
