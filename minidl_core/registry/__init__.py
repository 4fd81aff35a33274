"""Find parts by name in the metadata of installed distributions, and import only those that are used."""

from minidl_core.registry.definition import Definition, Setting, definition_of, read_definition
from minidl_core.registry.distribution import PluginDistribution
from minidl_core.registry.entry import LOCAL, OWN, Entry, normalize_name
from minidl_core.registry.error_conversion import converting_errors
from minidl_core.registry.interrupt import InterruptWatch
from minidl_core.registry.kinds import KINDS, Kind, find_kind, kind_of
from minidl_core.registry.plugin_policy import Policy
from minidl_core.registry.plugin_policy_sources import load_policy, user_file
from minidl_core.registry.registration import register
from minidl_core.registry.registry import Registry, default_registry, use_registry

__all__ = [
    "KINDS",
    "LOCAL",
    "OWN",
    "Definition",
    "Entry",
    "InterruptWatch",
    "Kind",
    "PluginDistribution",
    "Policy",
    "Registry",
    "Setting",
    "converting_errors",
    "default_registry",
    "definition_of",
    "find_kind",
    "kind_of",
    "load_policy",
    "normalize_name",
    "read_definition",
    "register",
    "use_registry",
    "user_file",
]
