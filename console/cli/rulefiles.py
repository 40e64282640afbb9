"""Options that commands about rule files share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

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
