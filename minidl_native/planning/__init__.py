"""Planning: which kernels share a loop, and where each storage lies in memory."""
