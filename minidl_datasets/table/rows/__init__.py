"""The rows of a table: those to train with and those to test with."""
