from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from rules.engine.cases.junit import junit_xml
from tests.rules.engine.cases.test_testing import NIGHT, NIGHT_TESTS, run


def suites(folder: Path, cases: str, **more: str) -> ElementTree.Element:
    rule = NIGHT + "owner: support-ops\ntags: [night, calls]\n"
    files = {"night.yaml": rule, "night.test.yaml": cases} | {
        name.replace("__", "."): text for name, text in more.items()
    }
    return ElementTree.fromstring(junit_xml(run(folder, files)))


def test_a_suite_for_each_rule(tmp_path: Path) -> None:
    root = suites(tmp_path, NIGHT_TESTS.replace("asst_night", "asst_day"), gone__test__yaml=NIGHT_TESTS)
    gone, night = root.findall("testsuite")
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "1", "1")
    assert (gone.get("name"), gone.get("errors"), gone.get("tests")) == ("gone", "1", "1")
    assert (night.get("failures"), night.get("tests"), night.get("skipped")) == ("1", "3", "0")
    assert {float(each.get("time", "x")) >= 0 for each in root.iter("testcase")} == {True}


def test_a_case_says_where_it_stands_and_what_went_wrong(tmp_path: Path) -> None:
    root = suites(tmp_path, NIGHT_TESTS.replace("asst_night", "asst_day"))
    case = root.find(".//testcase")
    assert case is not None
    assert (case.get("file"), case.get("line"), case.get("classname")) == (f"{tmp_path}/night.test.yaml", "2", "night")
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == 'answer.assistant: wanted "asst_day", got "asst_night"'
    assert "trace of night" in (failure.text or "")


def test_properties_of_the_rule(tmp_path: Path) -> None:
    root = suites(tmp_path, NIGHT_TESTS)
    told = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert (told["owner"], told["tags"]) == ("support-ops", "night calls")
    assert "runbook" not in told
    assert (told["version"] or "").startswith("sha256:")


def test_what_xml_cannot_hold_is_replaced(tmp_path: Path) -> None:
    cases = NIGHT_TESTS.replace("not in the afternoon", '"bell \\a \\uFFFF end"')
    names = [each.get("name") for each in suites(tmp_path, cases).iter("testcase")]
    assert "bell � � end" in names
