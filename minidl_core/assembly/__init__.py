"""Parts created from specifications and written as specifications, and networks built for data."""

from minidl_core.assembly.data_loading import FRESH, data_for, load_data, make_data, make_dataset
from minidl_core.assembly.devices import open_device
from minidl_core.assembly.error_location import locate_error, locating_errors
from minidl_core.assembly.from_spec import make, make_metrics, sequential
from minidl_core.assembly.model_building import DTYPES, build_for, check_input, check_output
from minidl_core.assembly.part_names import part_name, part_names
from minidl_core.assembly.part_providers import Providers, providers_of
from minidl_core.assembly.to_spec import component_spec, spec_of
from minidl_core.assembly.versions import versions_of

__all__ = [
    "DTYPES",
    "FRESH",
    "Providers",
    "build_for",
    "check_input",
    "check_output",
    "component_spec",
    "data_for",
    "load_data",
    "locate_error",
    "locating_errors",
    "make",
    "make_data",
    "make_dataset",
    "make_metrics",
    "open_device",
    "part_name",
    "part_names",
    "providers_of",
    "sequential",
    "spec_of",
    "versions_of",
]
