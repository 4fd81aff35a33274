# The public names, each listed once: read by type checkers, and by minidl_core.public_names at run time.
from .comparing import compare_with_torch as compare_with_torch
from .comparison import Comparison as Comparison
from .figures.drawing import draw as draw
