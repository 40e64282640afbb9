from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

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
