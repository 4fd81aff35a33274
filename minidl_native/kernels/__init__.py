"""Kernels: the loops of a compiled step, independent of PyTorch and of the processor.

Lowering makes them from recorded operations, passes improve them, and the code generator prints them.
"""
