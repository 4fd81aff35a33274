"""The tests, which import what they share from `tests.support`."""
