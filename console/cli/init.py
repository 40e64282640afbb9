"""`hookswitch init`: a folder to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from console.cli.errors import CannotRun
from console.cli.output import talk
from console.making.starting import CannotStart, lay_out_folder


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Lay out DIR for rules: two rules with their tests, connections, constants, a check before merging."""
    try:
        written = lay_out_folder(folder)
    except CannotStart as error:
        raise CannotRun(f"{error}; name another folder, or move them away") from error
    except OSError as error:
        raise CannotRun(f"{error.filename}: {error.strerror}; name another folder") from error
    for path in written:
        click.echo(path)
    talk().print(f"now: cd {shlex.quote(str(folder))} && hookswitch check && hookswitch test && hookswitch dev")
