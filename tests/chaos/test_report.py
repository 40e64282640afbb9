from __future__ import annotations

from dataclasses import replace

from tests.chaos.judge import Failure, judge
from tests.chaos.ledger import Ledger, Outage, Sent
from tests.chaos.ledgers import delivery, good_day, heard, with_event
from tests.chaos.report import SHOWN, table, verdict
from tests.chaos.traffic import MIX


def row(ledger: Ledger, name: str) -> dict[str, str]:
    """One line of the table, by kind; empty cells are left out."""
    lines = table(ledger).splitlines()
    line = next(line for line in lines if line.startswith(f"{name:<14}"))
    cells = [line[14 + 20 * at : 34 + 20 * at].strip() for at in range(5)]
    return {kind: cell for kind, cell in zip([*MIX, "emitted"], cells, strict=True) if cell}


def test_what_was_sent_and_what_came_of_it() -> None:
    day = good_day()
    day.sent.append(Sent(delivery(4, "status-update"), [heard(said="refused", status=503)]))
    assert row(day, "sent")["status-update"] == "2"
    assert (row(day, "acknowledged")["status-update"], row(day, "refused")["status-update"]) == ("1", "1")
    assert row(day, "stored") == {
        "assistant-request": "0", "tool-calls": "1", "status-update": "1", "end-of-call-report": "1", "emitted": "1",
    }  # fmt: skip
    assert row(with_event(day, "e2", status="dead"), "dead")["end-of-call-report"] == "1"
    assert row(with_event(day, "e2", status="waiting"), "decided")["end-of-call-report"] == "0"


def test_effects_seen_expected_and_repeated() -> None:
    day = good_day()
    day.effects.append(day.effects[0])
    assert row(day, "effects")["end-of-call-report"] == row(day, "expected")["end-of-call-report"] == "6"
    assert (row(day, "repeated")["status-update"], row(day, "repeated")["tool-calls"]) == ("1", "0")


def test_how_callers_were_answered() -> None:
    day = good_day()
    answers = [
        heard(said="rule", seconds=0.1), heard(said="meanwhile", seconds=3.0), heard(said="fallback", stored=False),
        heard(said="rule", seconds=11.0), heard(said="none", status=0), heard(said="none", status=0, began=50.0),
    ]  # fmt: skip
    day.sent[2].heard[:] = answers
    day = replace(day, outages=[Outage("receiver1", 50.0, 51.0)])
    told = {name: row(day, name)["tool-calls"] for name in ("in time", "late", "none", "excused")}
    assert told == {"in time": "3", "late": "1", "none": "1", "excused": "1"}
    said = {name: row(day, name)["tool-calls"] for name in ("by rule", "meanwhile", "fallback", "unstored")}
    assert said == {"by rule": "2", "meanwhile": "1", "fallback": "1", "unstored": "1"}
    assert row(day, "max ms") == {"tool-calls": "11000"}


def test_reasons_of_dead_letters_are_told_without_their_numbers() -> None:
    day = replace(good_day(), letters={"a": "127.0.0.1 answered 500", "b": "127.0.0.1 answered 503"})
    assert "dead letters 2\n      2  N answered N" in table(day)


def test_the_verdict_counts_and_names() -> None:
    assert verdict(judge(good_day())) == "nothing was lost, nothing was done twice, everybody was answered"
    failures = [Failure("lost", f"status-update {number}", "gone") for number in range(SHOWN + 5)]
    told = verdict([*failures, Failure("died", "worker1", "ended by itself")])
    assert told.startswith(f"FAILED: lost {SHOWN + 5}, died 1\n  lost: status-update 0: gone\n")
    assert told.endswith("... and 6 more")
