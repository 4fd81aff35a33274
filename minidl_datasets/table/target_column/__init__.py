"""Decides whether the column to predict contains classes or numbers, and encodes it."""
