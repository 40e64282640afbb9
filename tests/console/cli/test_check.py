from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from console.cli import main
from console.cli.check import summary
from rules.engine.findings import Finding

GOOD = "description: Fine.\non: status-update\nsteps:\n  - action: log\n    with: { message: seen }\n"
BAD = 'description: Wrong.\non: assistant-request\nif:\n  - call.form != ""\nanswer: { default: true }\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "good.test.yaml").write_text(
        "cases:\n  - name: seen\n    event: { sample: flireo/status-update__g3 }\n    expect: { outcome: ran }\n"
    )
    return tmp_path


def test_nothing_to_find(folder: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 rule: nothing to say" in result.stderr


def test_a_mistake_is_named_with_its_place(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD)
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 1
    assert f'{folder}/bad.yaml:4:5 bad: unknown name "call.form"; did you mean "call.from"?\n' in result.stdout


TABBED = """\
description: Wrong.
on: assistant-request
if: 'call.to != "日本語" && call.form != "" || call.from == "a very long text that no terminal shows in a line"'
answer: { default: true }
"""


def on_a_terminal(width: int, *arguments: str) -> list[str]:
    """What `check` writes on a terminal of that width, without colours."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    command = [sys.executable, "-P", "-m", "console", "check", *arguments]
    environ = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    subprocess.run(command, stdout=follower, stderr=subprocess.DEVNULL, env=environ | {"TERM": "xterm"}, timeout=30)
    os.close(follower)
    with os.fdopen(leader, "rb", buffering=0) as page:
        written = page.read(65_536).decode()
    return re.sub(r"\x1b\[[0-9;]*m", "", written).replace("\r", "").splitlines()


def test_a_terminal_shows_the_line_and_a_caret_under_the_place(folder: Path) -> None:
    (folder / "bad.yaml").write_text(TABBED)
    said, line, caret, *_ = on_a_terminal(70, str(folder))
    assert said.endswith('bad.yaml:3:26 bad: unknown name "call.form"; did you mean "call.from"?')
    assert line.startswith("""     3 │ if: 'call.to != "日本語" && call.form""")
    assert line.endswith("…")
    assert cell_len(line) <= 70
    assert cell_len(line.partition("call.form")[0]) == len(caret.partition("^")[0])


def test_frames_are_a_choice(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD)
    plain = on_a_terminal(70, "--no-frame", str(folder))
    piped = CliRunner().invoke(main, ["check", str(folder)]).stdout.splitlines()
    assert [line for line in plain if "│" in line] == [line for line in piped if "│" in line] == []
    framed = CliRunner().invoke(main, ["check", "--frame", str(folder)]).stdout.splitlines()
    assert framed[1:3] == ['     4 │   - call.form != ""', "       │     ^"]


def test_it_says_when_it_cannot_know_about_secrets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "secrets are not looked up, since no HOOKSWITCH_SECRET_ variable is set here"
    assert said not in CliRunner().invoke(main, ["check", str(folder)]).stderr
    (folder / "crm.yaml").write_text(GOOD.replace("message: seen", "message: '${{ secrets.crm }}'"))
    told = CliRunner().invoke(main, ["check", str(folder)])
    assert (told.exit_code, said in told.stderr) == (0, True)
    monkeypatch.setenv("HOOKSWITCH_SECRET_OTHER", "x")
    told = CliRunner().invoke(main, ["check", str(folder)])
    assert (told.exit_code, said in told.stderr) == (1, False)
    assert 'unknown secret "crm"; set HOOKSWITCH_SECRET_CRM\n' in told.stdout


def test_json(folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD)
    result = CliRunner().invoke(main, ["check", "--format", "json", str(folder)])
    found = {(finding["rule"], finding["line"], finding["column"]) for finding in json.loads(result.stdout)}
    assert ("bad", 4, 5) in found


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_other_formats_name_the_place(folder: Path, form: str) -> None:
    (folder / "bad.yaml").write_text(BAD)
    assert "call.form" in CliRunner().invoke(main, ["check", "--format", form, str(folder)]).stdout


def test_warnings_count_only_when_asked(folder: Path) -> None:
    (folder / "good.test.yaml").unlink()
    assert CliRunner().invoke(main, ["check", str(folder)]).exit_code == 0
    assert CliRunner().invoke(main, ["check", "--strict", str(folder)]).exit_code == 1


def test_no_folder_cannot_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(tmp_path / "none")])
    assert result.exit_code == 2
    assert "none" in result.stderr


def test_a_broken_connections_file_cannot_run(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "c.yaml"
    broken.write_text("connections: { desk: { auht: [] } }")
    result = CliRunner().invoke(main, ["check", str(folder), "--connections", str(broken)])
    assert result.exit_code == 2
    assert "auht" in result.stderr


@pytest.mark.parametrize(
    ("levels", "said"),
    [([], "3 rules: nothing to say"), (["error"], "3 rules: 1 error"), (["error", "warning", "warning"], "2 warnings")],
)
def test_the_summary(levels: list[str], said: str) -> None:
    findings = [Finding("a", 1, 1, "a", "m", severity=level) for level in levels]  # type: ignore[arg-type]
    assert said in summary(3, findings)
