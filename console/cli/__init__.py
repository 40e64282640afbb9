"""The `hookswitch` command: one file a verb, which is imported when it is typed and not before.

Manners: stdout is data, stderr is talk; exit 0 fine, 1 findings, 2 could not run; errors end with what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module

import click

from console.cli.errors import HumaneGroup

SECTIONS: Mapping[str, Sequence[str]] = {
    "Begin": ("init", "dev", "simulate", "new"),
    "Write rules": ("check", "test", "schema", "actions", "functions", "reference"),
    "See what happened, and why": ("events", "trace", "explain", "tail", "replay", "schedules"),
    "When something is wrong": ("doctor", "pause", "paused", "resume", "dead", "reconcile"),
    "Do it by hand": ("run", "numbers", "connections"),
    "Run it": ("serve", "work", "console"),
    "About one caller": ("export", "forget"),
    "Your shell": ("completion",),
}
"""The verbs as the help shows them."""

VERBS = tuple(verb for verbs in SECTIONS.values() for verb in verbs)

SHARED = {"paused": "pause"}
"""Verbs that live in the file of another one."""
_WHOLE = 200
"""Characters, more than any verb's first sentence has."""


class Verbs(HumaneGroup):
    """The verbs, each imported when it is asked for: most of them need half of the program, and none needs all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See click.Group."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See click.Group."""
        return verb(cmd_name) if cmd_name in VERBS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """See click.Group, which guesses only among commands that it has imported."""
        meant = [] if args[0] in VERBS else get_close_matches(args[0], VERBS, 1)
        if meant:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {meant[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """By what somebody wants to do, each with its whole first sentence."""
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, verb(name).get_short_help_str(_WHOLE)) for name in names])


def verb(name: str) -> click.Command:
    """One of VERBS."""
    found: click.Command = getattr(import_module(f"console.cli.{SHARED.get(name, name)}"), name)
    return found


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hookswitch")
def main() -> None:
    """The webhook URL for AI phone agents, and the automation behind it."""
