"""The command line: a program whose commands are plugins."""

from minidl_core.cli.main import main

__all__ = ["main"]
