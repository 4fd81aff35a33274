"""The training and test rows of a table."""
