"""The `hookswitch` command: one file a verb, which is imported when it is typed and not before.

Manners: stdout is data, stderr is talk; exit 0 fine, 1 findings, 2 could not run; errors end with what to do next.
"""

from __future__ import annotations

from importlib import import_module

import click

from console.cli.errors import HumaneGroup

VERBS = (
    "init",
    "dev",
    "serve",
    "work",
    "console",
    "check",
    "test",
    "schema",
    "simulate",
    "events",
    "trace",
    "tail",
    "explain",
    "export",
    "forget",
    "replay",
    "reconcile",
    "run",
    "schedules",
    "numbers",
    "new",
    "dead",
    "pause",
    "paused",
    "resume",
    "doctor",
    "connections",
    "actions",
    "functions",
    "reference",
    "completion",
)
"""In the order of the help."""

SHARED = {"paused": "pause"}
"""Verbs that live in the file of another one."""


class Verbs(HumaneGroup):
    """The verbs, each imported when it is asked for: most of them need half of the program, and none needs all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See click.Group."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See click.Group."""
        return verb(cmd_name) if cmd_name in VERBS else None


def verb(name: str) -> click.Command:
    """One of VERBS."""
    found: click.Command = getattr(import_module(f"console.cli.{SHARED.get(name, name)}"), name)
    return found


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hookswitch")
def main() -> None:
    """The webhook URL for AI phone agents, and the automation behind it."""
