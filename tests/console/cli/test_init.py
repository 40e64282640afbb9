from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from console.cli import SECTIONS, VERBS, verb
from tests.console.conftest import Cli

COMMANDS = sorted(VERBS)


def test_help_lists_every_verb(cli: Cli) -> None:
    shown = cli("--help")
    assert shown.exit_code == 0
    assert all(f"\n  {name} " in shown.stdout for name in COMMANDS)


def test_the_help_is_in_sections_and_cuts_no_sentence_off(cli: Cli) -> None:
    shown = cli("--help").stdout
    assert all(f"{title}:\n" in shown for title in SECTIONS)
    assert len(COMMANDS) == len(set(COMMANDS)) == sum(map(len, SECTIONS.values()))
    assert "..." not in shown.partition("Begin:")[2]


def test_a_verb_that_was_nearly_typed_is_named(cli: Cli) -> None:
    assert "'check'" in cli("chek").stderr
    assert "'retry'" in cli("dead", "rety").stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_explains_itself(name: str, cli: Cli) -> None:
    assert cli(name, "-h").exit_code == 0
    assert verb(name).help


def test_only_the_verb_that_was_typed_is_imported() -> None:
    seen = "import sys; from console.cli import verb; verb('trace'); print('console.web.app' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_an_unknown_verb_could_not_run(cli: Cli) -> None:
    done = cli("evnts")
    assert done.exit_code == 2
    assert "No such command 'evnts'" in done.stderr


def test_init_lays_out_a_folder_and_says_what_to_do(cli: Cli, tmp_path: Path) -> None:
    done = cli("init", str(tmp_path / "ops"))
    assert done.exit_code == 0
    written = [Path(line) for line in done.stdout.splitlines()]
    assert tmp_path / "ops" / "rules" / "live" / "greeting.yaml" in written
    assert all(path.is_file() for path in written)
    assert "hookswitch check && hookswitch test && hookswitch dev" in done.stderr


def test_init_does_not_write_over_anything(cli: Cli, tmp_path: Path) -> None:
    assert cli("init", str(tmp_path / "ops")).exit_code == 0
    again = cli("init", str(tmp_path / "ops"))
    assert (again.exit_code, again.stdout) == (2, "")
    assert "nothing was written" in again.stderr


def test_init_where_nothing_can_be_written(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = cli("init", str(tmp_path / "file" / "ops"))
    assert done.exit_code == 2
    assert "name another folder" in done.stderr
