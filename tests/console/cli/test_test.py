from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from console.cli import main

RULE = "description: Fine.\non: assistant-request\nif: call.from != ''\nanswer: { reject: Sorry. }\n"
CASES = """
cases:
  - name: a caller
    event: {{ sample: flireo/assistant-request__g3 }}
    expect: {{ answer: {{ reject: {wanted} }} }}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sorry.yaml").write_text(RULE)
    (tmp_path / "sorry.test.yaml").write_text(CASES.format(wanted="Sorry."))
    return tmp_path


def test_passing(folder: Path) -> None:
    result = CliRunner().invoke(main, ["test", str(folder)])
    assert (result.exit_code, result.stdout) == (0, "1 passed\n")


def test_failing_shows_the_difference(folder: Path) -> None:
    (folder / "sorry.test.yaml").write_text(CASES.format(wanted="Hello."))
    result = CliRunner().invoke(main, ["test", str(folder)])
    assert result.exit_code == 1
    assert 'wanted "Hello.", got "Sorry."' in result.stdout


def test_coverage_and_filter(folder: Path) -> None:
    result = CliRunner().invoke(main, ["test", "--coverage", str(folder)])
    assert "if[0] is never false" in result.stdout
    assert "no test ran" in CliRunner().invoke(main, ["test", "--filter", "nothing", str(folder)]).stderr


def test_junit(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    CliRunner().invoke(main, ["test", "--junit", str(report), str(folder)])
    assert len(ElementTree.fromstring(report.read_text()).findall(".//testcase")) == 1


def test_no_folder_cannot_run(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["test", str(tmp_path / "none")]).exit_code == 2
