"""Readers of tables, one a format; they do not interpret columns."""
