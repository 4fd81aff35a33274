"""Optimizers, one a file, each found by its name."""
