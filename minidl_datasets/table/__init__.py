"""The dataset `table`: files are read, columns decided, rows encoded."""

from minidl_datasets.table.dataset import Table

__all__ = ["Table"]
