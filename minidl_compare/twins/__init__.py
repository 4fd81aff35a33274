"""PyTorch objects equivalent to a network's layers, loss and optimizer: their twins."""
