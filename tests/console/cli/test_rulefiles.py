from __future__ import annotations

from pathlib import Path

import click
from click.testing import CliRunner

from console.cli.rulefiles import connections_option, folder_argument


@click.command()
@folder_argument
@connections_option
def show(folder: Path, connections: Path | None) -> None:
    click.echo(f"{folder} {connections}")


def test_defaults() -> None:
    assert CliRunner().invoke(show, []).output == "rules/live None\n"


def test_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.touch()
    environ = {"HOOKSWITCH_RULES_DIR": "elsewhere", "HOOKSWITCH_CONNECTIONS": str(file)}
    assert CliRunner().invoke(show, [], env=environ).output == f"elsewhere {file}\n"
