"""Matrix products: register tiles, dot products, or calls of the BLAS that PyTorch uses."""
