from __future__ import annotations

from rich.cells import cell_len

from console.past.compare import Change, Comparison
from console.past.comparetext import change_line, comparison_record, group_rows, stacked, summary

ANSWERED = {"by": "rule", "rule": "night", "answer": {"assistant": "n"}, "needs": ""}
STEP = {"action": "log", "with": {"message": "x" * 100}}


def changed(about: str, before: object, after: object, event: str = "evt_1", tool: str = "") -> Change:
    return Change(event, "assistant-request", 0, tool, about, before, after)


def found(*changes: Change) -> Comparison:
    comparison = Comparison(events=1200, changed_events=len(changes))
    for change in changes:
        comparison.add(change)
    return comparison


def test_the_most_frequent_sort_comes_first_with_an_example() -> None:
    rows = group_rows(
        found(
            changed("rule night", "not_matched", None),
            changed("answer", ANSWERED, {"by": "fallback", "rule": ""}, "evt_2"),
            changed("answer", {**ANSWERED, "answer": {"assistant": "m"}}, {"by": "fallback", "rule": ""}, "evt_3"),
        )
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2", "assistant-request", "answer", 'night: {"assistant":"n"}', "fallback", "evt_2"),
        ("1", "assistant-request", "rule night", "not matched", "–", "evt_1"),
    ]


def test_rows_that_do_not_fit_are_stacked() -> None:
    change = changed("step night/1", STEP, {"action": "log", "with": None})
    head, now, then, such = stacked(group_rows(found(change)), 40)
    assert (head, then, such) == ("1 × assistant-request: step night/1", "  then     log …", "  such as  evt_1")
    assert (len(now), now[:15], now[-1]) == (40, "  now      log ", "…")
    wide = changed("answer", ANSWERED | {"answer": "日" * 40}, None)
    assert all(cell_len(line) <= 40 for line in stacked(group_rows(found(wide)), 40))


def test_one_change_in_a_line() -> None:
    line = change_line(changed("step night/1", STEP, {"action": "log", "with": None}, tool="call_1"))
    assert line.startswith("1970-01-01 00:00:00  evt_1  assistant-request  step night/1 for call_1: log {")
    assert line.endswith("xxx … → log …")
    undecided = change_line(changed("answer", {**ANSWERED, "answer": None}, ANSWERED))
    assert undecided.endswith('answer: night: undecided → night: {"assistant":"n"}')


def test_for_programs() -> None:
    record = comparison_record(found(changed("rule night", "ran", None)), 1.23456)
    assert {name: record[name] for name in ("events", "changed_events", "changes", "seconds")} == {
        "events": 1200, "changed_events": 1, "changes": 1, "seconds": 1.235,
    }  # fmt: skip
    assert record["groups"][0]["count"] == 1
    assert record["groups"][0]["example"]["event"] == "evt_1"


def test_the_summary_says_how_fast() -> None:
    assert summary(found(), 0.1) == "1,200 events, 0 of them would be decided otherwise (0.1 s, 12,000 a second)"
