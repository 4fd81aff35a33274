"""Lowering: from the operations that PyTorch dispatched to kernels, by tables with one line for most operations.

To add an operation, add its formula to `FORMULAS` in `elementwise.py` or to `REDUCTIONS` in `reductions.py`. Operations
that no table has are run by PyTorch, called back from the compiled code.
"""
