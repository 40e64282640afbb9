"""Test results for people: lines with a tone, which a terminal colours and a build server prints as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from rules.engine.cases.caseplayer import Call
from rules.engine.cases.coverage import Coverage
from rules.engine.cases.differences import Difference, Whole
from rules.engine.cases.sidebyside import Row, side_by_side
from rules.engine.cases.testing import CaseResult, Results
from rules.engine.cel.plain import to_json
from rules.engine.playing.played import ConditionTrace, Played, StepTrace

Tone = Literal["", "head", "bad", "good", "dim"]
WIDTH = 120
_LONG = 50
"""Characters from which a text is shown beside the other instead of on one line."""
_TONES: dict[str, Tone] = {" ": "dim", "<": "good", ">": "bad", "≠": "bad"}


@dataclass(frozen=True)
class Line:
    """One line of a report."""

    text: str
    tone: Tone = ""


def report_text(results: Results, width: int = WIDTH) -> str:
    """Findings, failing cases with their difference and trace, and one line that sums up."""
    return "".join(f"{line.text}\n" for line in report_lines(results, width))


def report_lines(results: Results, width: int = WIDTH) -> Iterator[Line]:
    """The same, with tones."""
    for finding in results.findings:
        yield Line(finding.text, "bad" if finding.severity == "error" else "")
    for case in results.cases:
        if not case.passed:
            yield from failure_lines(case, width)
            yield Line("")
    yield _sum(results)


def _sum(results: Results) -> Line:
    failed = sum(not case.passed for case in results.cases)
    text = f"{len(results.cases) - failed} passed" + (f", {failed} failed" if failed else "")
    stopped = ", the rest was not played" if results.stopped else ""
    return Line(text + stopped, "good" if results.passed else "bad")


def failure_lines(case: CaseResult, width: int = WIDTH) -> Iterator[Line]:
    """What went otherwise, and the trace of the rule."""
    yield Line(f"FAIL {case.path}:{case.line} {case.name}", "head")
    if case.problem:
        yield Line(f"  {case.problem}", "bad")
    for whole, differences in groupby(case.differences, key=lambda difference: difference.whole):
        yield from _differences(whole, list(differences), width)
    if case.played is not None:
        yield from trace_lines(case.played, case.calls)
    for played in case.turns:
        yield _turn(played)


def _differences(whole: Whole | None, differences: list[Difference], width: int) -> Iterator[Line]:
    beside = whole is not None and (len(differences) > 1 or any(_is_long(each) for each in differences))
    for difference in differences:
        text = f"{difference.where} is different" if beside and _is_long(difference) else difference.text
        yield Line(f"  {text}", "bad")
    if whole is not None and beside:
        yield from _beside(whole, width)


def _is_long(difference: Difference) -> bool:
    return max(len(difference.wanted), len(difference.got)) > _LONG


def _beside(whole: Whole, width: int) -> Iterator[Line]:
    rows = list(side_by_side(whole.wanted, whole.got, width - 6))
    column = max(max((len(row.left) for row in rows), default=0), len("expected"))
    yield Line(f"    {'expected'.ljust(column)}   got", "dim")
    for row in rows:
        yield Line(f"    {_row(row, column)}", _TONES[row.mark])


def _row(row: Row, column: int) -> str:
    return f"{row.left.ljust(column)} {row.mark} {row.right}".rstrip()


def trace_lines(played: Played, calls: Iterable[Call] = ()) -> Iterator[Line]:
    """The decisions of one rule, indented."""
    tries: dict[str, int] = {}
    for call in calls:
        if call.rule == played.rule.name:
            tries[call.step] = max(tries.get(call.step, 0), call.tries)
    yield Line(f"  trace of {played.rule.name}: {played.outcome}" + (f" ({played.error})" if played.error else ""))
    for condition in played.conditions:
        yield Line(f"    line {condition.line:<3} {condition.place}: {_condition(condition)}", _tone(condition.value))
    for step in played.steps:
        yield Line(f"    line {step.line:<3} {_step(step, tries.get(step.key, 0))}", _tone(step.outcome != "failed"))
    if played.answer is not None:
        yield Line(f"    line {played.answer_line:<3} {played.answer_place}: {to_json(played.answer)}", "dim")


def _tone(value: bool | None) -> Tone:
    return "dim" if value else "bad" if value is None else ""


def _step(step: StepTrace, tries: int) -> str:
    after = f" after {tries} tries" if tries > 1 and "tries" not in step.error else ""
    error = f" ({step.error})" if step.error else ""
    return f"{step.key}: {step.action} {step.outcome}{after}{error}"


def _turn(played: Played) -> Line:
    stopped = f" at {played.stopped_at}" if played.stopped_at else ""
    answered = ", and answered" if played.answer is not None else ""
    return Line(f"  beside it {played.rule.name}: {played.outcome}{stopped}{answered}", "dim")


def _condition(condition: ConditionTrace) -> str:
    value = f"error: {condition.error}" if condition.value is None else str(condition.value).lower()
    seen = ", ".join(f"{name} = {to_json(got)}" for name, got in condition.seen.items())
    return f"{condition.expr} → {value}" + (f"  ({seen})" if seen else "")


def coverage_lines(coverage: Coverage, least: float | None = None) -> Iterator[Line]:
    """What no case reached, and the share that was; `least` is the share that is asked for, in percent."""
    for unreached in coverage.unreached:
        yield Line(unreached.text)
    share = coverage.share * 100
    below = least is not None and share < least
    asked = f", which is below {least:g} %" if below else ""
    yield Line(f"coverage {_percent(share)} %{asked}", "bad" if below else "dim")


def _percent(share: float) -> str:
    """Never rounded up to a hundred that is not reached."""
    return f"{int(share * 10) / 10:g}"


def results_record(results: Results) -> dict[str, Any]:
    """Everything as one JSON document."""
    return {
        "passed": results.passed,
        "cases": [_case_record(case) for case in results.cases],
        "findings": [{**vars(finding), "text": finding.text} for finding in results.findings],
        "coverage": {
            "share": round(results.coverage.share, 4),
            "unreached": [vars(unreached) for unreached in results.coverage.unreached],
        },
    }


def _case_record(case: CaseResult) -> dict[str, Any]:
    told: dict[str, Any] = {
        "rule": case.rule, "file": case.path, "line": case.line, "name": case.name, "passed": case.passed,
        "seconds": round(case.seconds, 6),
    }  # fmt: skip
    if not case.passed:
        told["differences"] = [
            {"where": each.where, "wanted": each.wanted, "got": each.got} for each in case.differences
        ]
        told |= {"problem": case.problem} if case.problem else {}
        told["trace"] = [line.text.strip() for line in trace_lines(case.played, case.calls)] if case.played else []
    return told
