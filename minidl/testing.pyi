# The names of minidl_core.testing, for type checkers.
from minidl_core.testing import *  # noqa: F403 - they are listed there, once
