"""Numerical comparisons: central differences, gradient checks with a diagnosis, rounding and overflow."""
