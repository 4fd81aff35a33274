"""Compiling: LLVM IR turned into machine code, which is kept on disk."""
