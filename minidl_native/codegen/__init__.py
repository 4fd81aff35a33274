"""Code generation: programs printed as LLVM IR."""
