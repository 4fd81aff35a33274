"""The commands of the command line, one a file, each found by its name."""
