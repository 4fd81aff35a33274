"""Encodes the columns of a table as inputs of a network, fitted to the training rows."""
