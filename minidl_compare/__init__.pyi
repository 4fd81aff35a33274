# The public names, each listed once: read by type checkers, and by minidl_core.public_names at run time.
from .comparison_result import Comparison as Comparison
from .figures.drawing import draw as draw
from .run_comparison import compare_with_torch as compare_with_torch
