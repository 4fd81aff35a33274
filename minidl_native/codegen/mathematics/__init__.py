"""Mathematical functions of vectors, printed as LLVM IR.

They call nothing but LLVM's instructions, so that they give the same bits on all processors with fused multiplication
and addition. `name` gives the name of a function, `define` its text.
"""

from minidl_native.codegen.mathematics.functions import define, name

__all__ = ["define", "name"]
