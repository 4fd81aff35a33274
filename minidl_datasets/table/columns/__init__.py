"""Decides whether each column of a table contains numbers, categories or dates."""
