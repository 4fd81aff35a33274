"""What the core asks of plugins: one interface a file, and what they share."""
