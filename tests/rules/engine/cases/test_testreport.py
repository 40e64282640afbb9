from __future__ import annotations

import json
from pathlib import Path

from rules.engine.cases.testreport import coverage_lines, report_lines, report_text, results_record
from tests.rules.engine.cases.test_testing import INVOICE, NIGHT, NIGHT_TESTS, run


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


def test_long_texts_and_maps_stand_side_by_side(tmp_path: Path) -> None:
    wanted = (
        "{ assistant: asst_night, override: { first_message: Good evening and welcome to the office of the night } }"
    )
    rule = NIGHT.replace("${{ vars.night_agent }}", "asst_day") + (
        "  override: { first_message: Good evening and welcome to the office of the day }\n"
    )
    cases = NIGHT_TESTS.replace("{ assistant: asst_night }", wanted)
    results = run(tmp_path, {"night.yaml": rule, "night.test.yaml": cases}, "seven")
    lines = report_text(results, width=80).splitlines()
    assert lines[1:9] == [
        '  answer.assistant: wanted "asst_night", got "asst_day"',
        "  answer.override.first_message is different",
        "    expected                              got",
        "    assistant: asst_night               ≠ assistant: asst_day",
        "    override:                             override:",
        "      first_message: Good evening and   ≠   first_message: Good evening and",
        "        welcome to the office of the    ≠     welcome to the office of the",
        "        night                           ≠     day",
    ]
    tones = [line.tone for line in report_lines(results, 80)]
    assert tones[:9] == ["head", "bad", "bad", "dim", "bad", "dim", "bad", "bad", "bad"]


def test_tries_and_other_rules_stand_in_the_trace(tmp_path: Path) -> None:
    stubs = "    stubs: { customer: [{ unavailable: down }, { status: 404 }] }\n"
    cases = (
        f"cases:\n  - name: n\n    event: {{ sample: t }}\n{stubs}    expect: {{ answered_by: nobody, rules: {{ }} }}\n"
    )
    results = run(tmp_path, {"i.yaml": INVOICE, "i.test.yaml": cases, "j.yaml": INVOICE})
    lines = report_text(results).splitlines()
    assert "  answered_by: wanted nobody, got i" in lines
    assert "    line 4   customer: http.request done after 2 tries" in lines
    assert "  beside it j: overtaken" in lines


def test_coverage_and_its_threshold(tmp_path: Path) -> None:
    results = run(tmp_path, {"night.yaml": NIGHT, "night.test.yaml": NIGHT_TESTS})
    lines = list(coverage_lines(results.coverage, 90))
    assert [line.text for line in lines[:-1]] == [f"{tmp_path}/night.yaml:4 night: if[0] is never false"]
    assert (lines[-1].text, lines[-1].tone) == ("coverage 83.3 %, which is below 90 %", "bad")
    assert list(coverage_lines(results.coverage))[-1].text == "coverage 83.3 %"
    assert list(coverage_lines(results.coverage, 83.3))[-1].tone == "dim"


def test_everything_as_one_record(tmp_path: Path) -> None:
    cases = NIGHT_TESTS.replace("asst_night", "asst_day")
    record = results_record(
        run(tmp_path, {"night.yaml": NIGHT, "night.test.yaml": cases, "gone.test.yaml": NIGHT_TESTS})
    )
    assert json.loads(json.dumps(record)) == record
    assert (record["passed"], len(record["cases"]), record["findings"][0]["code"]) == (False, 3, "test-without-rule")
    failed, passed = record["cases"][:2]
    assert failed["differences"] == [{"where": "answer.assistant", "wanted": '"asst_day"', "got": '"asst_night"'}]
    assert failed["trace"][0] == "trace of night: ran"
    assert passed["passed"]
    assert "trace" not in passed
    assert record["coverage"]["unreached"][0]["what"] == "if[0] is never false"
