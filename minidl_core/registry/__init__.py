"""Parts found by name in the metadata of installed distributions, and loaded only when named."""

from minidl_core.registry.definition import Definition, Setting, definition_of, read_definition
from minidl_core.registry.entry import Entry
from minidl_core.registry.kinds import KINDS, Kind, find_kind
from minidl_core.registry.registry import Registry, default_registry

__all__ = [
    "KINDS",
    "Definition",
    "Entry",
    "Kind",
    "Registry",
    "Setting",
    "default_registry",
    "definition_of",
    "find_kind",
    "read_definition",
]
