"""Replaying: compiled steps and evaluations run on the memory of runs."""
