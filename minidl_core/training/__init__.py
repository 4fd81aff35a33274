"""Training: batches, the loop, what it reports, and whole runs."""
