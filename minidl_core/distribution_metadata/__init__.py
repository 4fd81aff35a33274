"""Read the metadata of installed distributions, which may be damaged."""

from minidl_core.distribution_metadata.direct_url import editable_folder, requirement
from minidl_core.distribution_metadata.metadata_files import (
    BYTE_ORDER_MARK,
    installed,
    read_entry_points,
    read_file,
    read_header,
)
from minidl_core.distribution_metadata.running_distribution import is_running

__all__ = [
    "BYTE_ORDER_MARK",
    "editable_folder",
    "installed",
    "is_running",
    "read_entry_points",
    "read_file",
    "read_header",
    "requirement",
]
