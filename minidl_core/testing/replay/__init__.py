"""Checks that an engine gives the results of Python in the training of a small network with the part under test."""
