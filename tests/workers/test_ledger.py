from __future__ import annotations

import pytest

from store.pauses import Pause
from store.runs import RunId
from tests.workers.support import Shop, says
from workers.ledger import Ledger
from workers.pausing import PausedError
from workers.stepping import Parked

PAUSE = Pause("all", "anna", "", 1)


def paused(*steps: str) -> PausedError:
    error = PausedError(PAUSE)
    error.record = {"outcome": "paused", "steps": [{"id": step} for step in steps]}
    return error


@pytest.mark.parametrize(
    ("parked", "acted", "told"),
    [
        (Parked(1.0, "busy"), True, []),
        (paused(), False, ["paused"]),
        (paused("a"), True, ["paused"]),
    ],
)
def test_who_has_acted_although_its_run_goes_on_elsewhere(parked: Parked, acted: bool, told: list[str]) -> None:
    ledger = Ledger()
    ledger.park(RunId("evt_1", "rule"), parked)
    assert ("" in ledger.acted, ledger.parked) == (acted, {"run:evt_1/rule"})
    assert [record.body["outcome"] for record in ledger.elsewhere] == told
    assert ledger.records == []


def test_rules_that_do_not_come_to_their_turn_say_why(shop: Shop) -> None:
    shop.rule("rule", says("Yes."))
    ledger = Ledger()
    ledger.overtake(shop.desk.rules.rules, None, "because")
    assert [(record.body["outcome"], record.body["error"]) for record in ledger.records] == [("overtaken", "because")]
    assert ledger.acted == set()
