"""From specifications to the parts they name, and back."""

from minidl_core.assembly.blame import blame
from minidl_core.assembly.describing import component_spec, spec_of
from minidl_core.assembly.making import load_data, make, make_data, make_dataset, make_metrics, sequential
from minidl_core.assembly.model import DTYPES, build_for, check_input, check_output, open_device
from minidl_core.assembly.owners import Owners, parts_of
from minidl_core.assembly.versions import versions_of

__all__ = [
    "DTYPES",
    "Owners",
    "blame",
    "build_for",
    "check_input",
    "check_output",
    "component_spec",
    "load_data",
    "make",
    "make_data",
    "make_dataset",
    "make_metrics",
    "open_device",
    "parts_of",
    "sequential",
    "spec_of",
    "versions_of",
]
