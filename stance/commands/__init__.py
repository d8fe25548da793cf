"""The command line: each command parses, calls the library and prints. Data on stdout, talk on stderr."""

from stance.commands.main import main

__all__ = ["main"]
