from __future__ import annotations

import random
from pathlib import Path

import pytest

from rules.engine.checks.check import check_folder
from rules.engine.loading.load import NoFolder
from tests.rules.engine.loading.test_readrule import WHOLE
from tests.rules.engine.vocab import VARS, VOCABULARY, write_folder

GOOD = "description: x\non: assistant-request\nif: call.form == ''\nanswer: { default: true }\n"
TEST = "cases:\n  - name: n\n    event: { fields: {} }\n    expect: { outcome: ran }\n"


def test_findings_of_all_files_are_sorted_and_say_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = write_folder(tmp_path / "rules" / "live", {"b.yaml": GOOD, "a.yaml": GOOD, "vars.yaml": "x-y: 1\n"})
    write_folder(folder, {"b.test.yaml": TEST.replace("fields", "feilds"), "gone.test.yaml": TEST})
    assert [finding.text for finding in check_folder(Path("rules/live"), VOCABULARY)] == [
        'rules/live/a.yaml:3:5 a: unknown name "call.form"; did you mean "call.from"?',
        'rules/live/b.test.yaml:3:14 b: unknown key "feilds"; did you mean "fields"?',
        'rules/live/b.yaml:3:5 b: unknown name "call.form"; did you mean "call.from"?',
        "rules/live/gone.test.yaml:1:1 gone: there is no rule gone.yaml beside these tests",
        'rules/live/vars.yaml:1:1 vars: "x-y" is no name for a var: letters, digits and _ only, not a digit first',
    ]


def test_a_rule_needs_a_test(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.yaml": GOOD.replace("form", "from")})
    findings = check_folder(tmp_path, VOCABULARY)
    assert [(f.code, f.severity) for f in findings] == [("untested", "warning")]
    write_folder(tmp_path, {"a.test.yaml": TEST})
    assert check_folder(tmp_path, VOCABULARY) == []


def test_no_folder_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(NoFolder):
        check_folder(tmp_path / "nowhere", VOCABULARY)


def test_damaged_files_give_findings_and_never_a_traceback(tmp_path: Path) -> None:
    chance = random.Random(7)
    whole = WHOLE.encode()
    for number in range(40):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (tmp_path / f"r{number}.yaml").write_bytes(bytes(data))
        (tmp_path / f"r{number}.test.yaml").write_bytes(bytes(data[::-1]))
    (tmp_path / "vars.yaml").write_bytes(VARS.encode()[:50] + b"\xfe\x00\x1b")
    findings = check_folder(tmp_path, VOCABULARY)
    assert len({finding.path for finding in findings}) > 40
    assert all(finding.line >= 1 and finding.column >= 1 for finding in findings)
