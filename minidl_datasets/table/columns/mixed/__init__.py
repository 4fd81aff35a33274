"""Columns that mix numbers or dates with other texts: the problem, and the setting that solves it."""
