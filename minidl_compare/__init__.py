"""The comparison of minidl with PyTorch; the only package that may use torch.nn, torch.optim and autograd.

`__init__.pyi` lists the public names.
"""

from minidl_core.public_names import attach_names

__getattr__, __dir__, __all__ = attach_names(__name__)
