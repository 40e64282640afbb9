from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from rules.engine.testreport import junit_xml, report_text
from tests.rules.engine.test_testing import INVOICE, NIGHT, NIGHT_TESTS, run


def test_a_failing_case_shows_difference_and_trace(tmp_path: Path) -> None:
    results = run(tmp_path, {"night.yaml": NIGHT, "night.test.yaml": NIGHT_TESTS.replace("asst_night", "asst_day")})
    text = report_text(results)
    assert (
        f"FAIL {tmp_path.as_posix()}/night.test.yaml:2 a caller at seven in the evening gets the night agent\n" in text
    )
    assert '  answer.assistant: wanted "asst_day", got "asst_night"\n' in text
    assert '    line 4   if[0]: call.to in vars.support_numbers → true  (call.to = "+31850000001", ' in text
    assert '    line 7   answer: {"assistant": "asst_night"}\n' in text
    assert text.endswith("2 passed, 1 failed\n")


def test_steps_and_errors_stand_in_the_trace(tmp_path: Path) -> None:
    cases = "cases:\n  - name: n\n    event: { sample: t }\n    stubs: { customer: { error: down } }\n"
    results = run(tmp_path, {"i.yaml": INVOICE, "i.test.yaml": cases + "    expect: { outcome: ran }\n"})
    assert "  trace of i: failed (down)\n    line 4   customer: http.request failed (down)\n" in report_text(results)


def test_all_is_well_in_one_line(tmp_path: Path) -> None:
    results = run(tmp_path, {"night.yaml": NIGHT, "night.test.yaml": NIGHT_TESTS})
    assert report_text(results) == "3 passed\n"


def test_junit(tmp_path: Path) -> None:
    cases = NIGHT_TESTS.replace("asst_night", "asst_day")
    results = run(tmp_path, {"night.yaml": NIGHT, "night.test.yaml": cases, "gone.test.yaml": NIGHT_TESTS})
    root = ElementTree.fromstring(junit_xml(results))
    gone, night = root.findall("testsuite")
    assert (gone.get("name"), gone.get("errors"), gone.get("tests")) == ("gone", "1", "1")
    assert (night.get("failures"), night.get("tests")) == ("1", "3")
    failure = night.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == 'answer.assistant: wanted "asst_day", got "asst_night"'
    assert failure.text is not None
    assert "trace of night" in failure.text
