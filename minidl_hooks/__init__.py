"""Hooks: one per file, each registered under its file's name."""
