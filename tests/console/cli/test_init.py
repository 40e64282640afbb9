from __future__ import annotations

import pytest

from console.cli import main
from tests.console.conftest import Cli

COMMANDS = sorted(main.commands)


def test_help_lists_every_verb(cli: Cli) -> None:
    shown = cli("--help")
    assert shown.exit_code == 0
    assert all(f"\n  {name} " in shown.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_explains_itself(name: str, cli: Cli) -> None:
    assert cli(name, "-h").exit_code == 0
    assert main.commands[name].help


def test_an_unknown_verb_could_not_run(cli: Cli) -> None:
    done = cli("evnts")
    assert done.exit_code == 2
    assert "No such command 'evnts'" in done.stderr
