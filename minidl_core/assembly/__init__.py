"""From specifications to the parts they name, and back."""

from minidl_core.assembly.describing import component_spec, spec_of
from minidl_core.assembly.failing import guarded, part_failure
from minidl_core.assembly.loading import FRESH, data_for, load_data, make_data, make_dataset
from minidl_core.assembly.making import make, make_metrics, sequential
from minidl_core.assembly.model import DTYPES, build_for, check_input, check_output, open_device
from minidl_core.assembly.owners import Owners, parts_of
from minidl_core.assembly.places import place, places
from minidl_core.assembly.versions import versions_of

__all__ = [
    "DTYPES",
    "FRESH",
    "Owners",
    "build_for",
    "check_input",
    "check_output",
    "component_spec",
    "data_for",
    "guarded",
    "load_data",
    "make",
    "make_data",
    "make_dataset",
    "make_metrics",
    "open_device",
    "part_failure",
    "parts_of",
    "place",
    "places",
    "sequential",
    "spec_of",
    "versions_of",
]
