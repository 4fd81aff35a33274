"""Columns that mix numbers or dates with other texts, and the settings that solve it."""
