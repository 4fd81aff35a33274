"""Training: batches, the loop, engines, evaluation, results and complete runs."""
