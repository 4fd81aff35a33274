# The names of minidl_core, for type checkers.
from minidl_core import *  # noqa: F403 - they are listed there, once
from minidl_core import __version__ as __version__
