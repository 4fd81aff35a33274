"""Readers of tables, one per format; they do not interpret columns."""
