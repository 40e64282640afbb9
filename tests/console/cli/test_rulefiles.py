from __future__ import annotations

from pathlib import Path

import click
from click.testing import CliRunner

from console.cli.rulefiles import connections_option, folder_argument, rules_in_force
from console.dev.session import remember


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


def test_rules_are_read_as_the_last_dev_in_the_folder_reads_them(tmp_path: Path) -> None:
    """Else the same rule would seem to be in another version than the one that ran."""
    (tmp_path / "greet.yaml").write_text(
        "description: One.\non: assistant-request\nanswer: { reject: '${{ vars.sandbox_url }}' }\n"
    )
    (tmp_path / "vars.yaml").write_text("sandbox_url: written\n")
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    assert rules_in_force(tmp_path, None, data_dir)[0].variables["vars.sandbox_url"] == "written"
    remember(data_dir, {"HOOKSWITCH_VAR_SANDBOX_URL": "http://127.0.0.1:1"})
    assert rules_in_force(tmp_path, None, data_dir)[0].variables["vars.sandbox_url"] == "http://127.0.0.1:1"
