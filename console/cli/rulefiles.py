"""Options that commands about rule files share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from console.cli.errors import CannotRun
from console.cli.output import talk
from console.dev.session import remembered
from console.rulebook import find_connections, words_for
from rules.engine.loading.load import NoFolder, load_folder
from rules.engine.rule import Rule
from workers.settings import vars_from

folder_argument = click.argument(
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HOOKSWITCH_RULES_DIR",
    default=Path("rules/live"),
)


def connections_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--connections`: what rules are checked against."""
    decorated: Callable[..., Any] = click.option(
        "--connections", type=click.Path(path_type=Path, exists=True), envvar="HOOKSWITCH_CONNECTIONS",
        help="The connections file; else rules/connections.yaml, else the demo's.",
    )(command)  # fmt: skip
    return decorated


rules_option = click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False), envvar="HOOKSWITCH_RULES_DIR",
    default=Path("rules/live"), show_default=True, help="The folder with the rules in force.",
)  # fmt: skip


def rules_in_force(folder: Path, connections: Path | None, data_dir: Path) -> tuple[Rule, ...]:
    """The usable rules of a folder in the order of their turns; of the others it says that they are left out."""
    try:
        overrides = vars_from({**remembered(data_dir), **os.environ})
        loaded = load_folder(folder, words_for(find_connections(connections, data_dir)), overrides)
    except NoFolder as error:
        raise CannotRun(f"{error}; name the rules folder with --rules") from error
    left_out = [file.path for file in loaded.files if file.rule is None]
    if left_out:
        talk().print(f"left out, with errors: {', '.join(left_out)}; see `hookswitch check`")
    return loaded.rules
