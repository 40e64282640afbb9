from __future__ import annotations

import json
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
    assert "if is never false" in result.stdout
    assert "no test ran" in CliRunner().invoke(main, ["test", "--filter", "nothing", str(folder)]).stderr


def test_junit(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    CliRunner().invoke(main, ["test", "--junit", str(report), str(folder)])
    assert len(ElementTree.fromstring(report.read_text()).findall(".//testcase")) == 1


def test_no_folder_cannot_run(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["test", str(tmp_path / "none")]).exit_code == 2


def test_filters_that_fit_nothing_could_not_run(folder: Path) -> None:
    result = CliRunner().invoke(main, ["test", "--filter", "rule:nothing", str(folder)])
    assert (result.exit_code, "no case fits rule:nothing" in result.stderr) == (2, True)


def test_a_folder_without_tests_says_so(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["test", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (0, "0 passed\n")
    assert "no test ran" in result.stderr


def test_a_threshold(folder: Path) -> None:
    low = CliRunner().invoke(main, ["test", "--coverage-min", "75", str(folder)])
    high = CliRunner().invoke(main, ["test", "--coverage-min", "90", str(folder)])
    assert (low.exit_code, high.exit_code) == (0, 1)
    assert "if is never false" in high.stdout
    assert high.stdout.endswith("coverage 75 %, which is below 90 %\n")


def test_the_cases_can_be_listed(folder: Path) -> None:
    result = CliRunner().invoke(main, ["test", "--list", str(folder)])
    assert result.stdout == f"{folder}/sorry.test.yaml:3 sorry: a caller\n"
    listed = json.loads(CliRunner().invoke(main, ["test", "--list", "--json", str(folder)]).stdout)
    assert listed[0] | {"file": ""} == {"rule": "sorry", "file": "", "line": 3, "name": "a caller", "tags": []}


def test_json(folder: Path) -> None:
    record = json.loads(CliRunner().invoke(main, ["test", "--json", str(folder)]).stdout)
    assert (record["passed"], record["coverage"]["share"]) == (True, 0.75)


def test_the_first_failure_may_end_it(folder: Path) -> None:
    second = CASES.format(wanted="Bye.").replace("\ncases:\n", "").replace("a caller", "another")
    (folder / "sorry.test.yaml").write_text(CASES.format(wanted="Hello.") + second)
    result = CliRunner().invoke(main, ["test", "-x", str(folder)])
    assert result.exit_code == 1
    assert result.stdout.endswith("0 passed, 1 failed, the rest was not played\n")


def test_a_report_that_cannot_be_written(folder: Path) -> None:
    result = CliRunner().invoke(main, ["test", "--junit", str(folder / "no" / "x.xml"), str(folder)])
    assert (result.exit_code, "cannot be written" in result.stderr) == (2, True)


def test_a_wrong_sample_names_the_nearest(folder: Path) -> None:
    text = CASES.format(wanted="Sorry.").replace("request__g3", "requests__g3")
    (folder / "sorry.test.yaml").write_text(text)
    assert "did you mean flireo/assistant-request__g3?" in CliRunner().invoke(main, ["test", str(folder)]).stdout
