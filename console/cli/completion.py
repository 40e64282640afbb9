"""`hookswitch completion`: what a shell has to read to complete our commands."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
VARIABLE = "_HOOKSWITCH_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what SHELL reads to complete our commands: eval "$(hookswitch completion bash)", or the same with zsh."""
    words = SHELLS[shell](ctx.find_root().command, {}, "hookswitch", VARIABLE)
    click.echo(words.source_template % words.source_vars())
