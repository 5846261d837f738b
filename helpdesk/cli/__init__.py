"""The command `helpdesk`: a file per group of commands."""

from helpdesk.cli.commands import main

__all__ = ["main"]
