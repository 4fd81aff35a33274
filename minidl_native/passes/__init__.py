"""Passes: changes to a program that keep its results and make it faster."""
