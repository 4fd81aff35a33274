"""The commands of the command line, one per public module, each with an entry point."""
