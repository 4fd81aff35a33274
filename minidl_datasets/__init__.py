"""Datasets, one source a file, each found by its name."""
