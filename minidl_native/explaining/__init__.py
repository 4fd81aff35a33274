"""Explaining: the recorded steps of a run as formulas, for people."""
