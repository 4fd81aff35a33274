"""The comparison of minidl with PyTorch; the only package that may use torch.nn, torch.optim and autograd."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minidl_compare.comparing import compare_with_torch as compare_with_torch
    from minidl_compare.comparison import Comparison as Comparison
    from minidl_compare.figures.drawing import draw as draw

_HOME_OF = {"Comparison": "comparison", "compare_with_torch": "comparing", "draw": "figures.drawing"}

__all__ = ["Comparison", "compare_with_torch", "draw"]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'minidl_compare' has no attribute '{name}'")
    return getattr(import_module(f"minidl_compare.{_HOME_OF[name]}"), name)
