"""The version as `minidl.__version__`, looked up when this module is first imported."""

from minidl_core.own_version import own_version

__version__ = own_version()
