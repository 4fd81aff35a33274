"""Outcomes of checks, grouped into findings and printed as a report."""
