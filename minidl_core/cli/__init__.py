"""The command-line interface, whose commands are plugins."""

from minidl_core.cli.main import main

__all__ = ["main"]
