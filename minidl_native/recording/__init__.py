"""Recording: the operations of a step, as PyTorch dispatches them, on a copy of the run."""
