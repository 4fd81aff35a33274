"""A table of one's own: read, its columns decided, its rows encoded."""

from minidl_datasets.table.dataset import Table

__all__ = ["Table"]
