"""Training: batches, the loop, evaluation, stacking, results and complete runs."""
