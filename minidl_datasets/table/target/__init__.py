"""The target: the column to predict, and whether it holds classes or numbers."""
