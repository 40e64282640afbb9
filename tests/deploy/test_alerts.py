from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from store.client import Store
from tests.deploy.exported import problems, series
from tests.deploy.installation import Installation
from tests.deploy.promql import Expression, Scrapes, tokens
from tests.docs.test_references import commands, problem

FILE = Path(__file__).parents[2] / "deploy" / "prometheus" / "alerts.yml"
RULES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"][0]["rules"]

WEEK = 7 * 86_400


def _ends_in(seconds: float) -> Callable[[Installation], None]:
    return lambda here: here.receiver.until.set(time.time() + seconds, "desk")


def _api(status: int, count: int) -> Callable[[Installation], None]:
    def ask(here: Installation) -> None:
        for _ in range(count):
            here.worker.called("desk", "flireo", status, 0.1)

    return ask


def _fallbacks(count: int, of: int) -> Callable[[Installation], None]:
    def answer(here: Installation) -> None:
        here.answer("fallback", count)
        here.answer("rule", of - count)

    return answer


def _unproven(count: int) -> Callable[[Installation], None]:
    def refuse(here: Installation) -> None:
        for _ in range(count):
            here.receiver.refused("desk", 401)

    return refuse


def _strangers(here: Installation) -> None:
    for _ in range(1000):
        here.receiver.refused("guess", 404)


def _refused_logins(count: int) -> Callable[[Installation], None]:
    return lambda here: here.console.refused.add("password", by=count)


def _store_gone(here: Installation) -> None:
    for level in here.gauges.told:
        level.clear()
    here.gauges.up.set(0)
    here.fill_spool(0.01, 12)


SITUATIONS: list[tuple[str, Callable[[Installation], None], set[str]]] = [
    ("all is well", lambda here: here.answer("rule", 100), set()),
    ("no worker", lambda here: here.gauges.workers.set(0), {"HookswitchNoWorker"}),
    ("one worker of two is gone", lambda here: here.gauges.workers.set(1), set()),
    ("no receiver", lambda here: here.gone.add("receiver"), {"HookswitchNoReceiver"}),
    ("a caller waits", lambda here: here.gauges.oldest.set(4, "live"), {"HookswitchCallersWaitTooLong"}),
    ("background waits a minute", lambda here: here.gauges.oldest.set(60, "background"), set()),
    ("background waits", lambda here: here.gauges.oldest.set(400, "background"), {"HookswitchBackgroundWaitsTooLong"}),
    ("bulk waits", lambda here: here.gauges.oldest.set(4000, "bulk"), set()),
    ("a few fallbacks", _fallbacks(1, 20), set()),
    ("fallbacks among few calls", _fallbacks(4, 4), set()),
    ("many fallbacks", _fallbacks(5, 20), {"HookswitchManyFallbacks"}),
    ("nothing but fallbacks", _fallbacks(20, 20), {"HookswitchManyFallbacks"}),
    ("a few bad signatures", _unproven(3), set()),
    ("bad signatures", _unproven(20), {"HookswitchSignatureFailures"}),
    ("strangers guess names", _strangers, set()),
    ("a secret has ended", _ends_in(-60), {"HookswitchSecretHasEnded"}),
    ("a secret ends soon", _ends_in(WEEK - 60), {"HookswitchSecretEndsSoon"}),
    ("a secret ends later", _ends_in(WEEK + 60), set()),
    ("a connection is off", lambda here: here.receiver.on.set(0, "desk"), {"HookswitchConnectionOff"}),
    ("the key is refused", _api(401, 3), {"HookswitchApiKeyRefused"}),
    ("the platform is down", _api(503, 50), set()),
    ("a dead letter", lambda here: here.worker.gave_up("greet"), {"HookswitchDeadLetters"}),
    ("old dead letters", lambda here: here.gauges.dead.set(7), set()),
    ("a bug of ours", lambda here: here.worker.jobs.add("live", "failed"), {"HookswitchJobsFail"}),
    ("a worker was stopped", lambda here: here.worker.jobs.add("live", "returned"), set()),
    ("the store is away", _store_gone, {"HookswitchStoreAway", "HookswitchSpoolInUse"}),
    ("the spool fills", lambda here: here.fill_spool(0.8, 9000), {"HookswitchSpoolInUse", "HookswitchSpoolNearlyFull"}),
    ("the spool was full", lambda here: here.fill_spool(0.8, 0), set()),
    ("a spooled event is broken", lambda here: here.receiver.unreadable.set(1), {"HookswitchSpoolUnreadable"}),
    ("an event is lost", lambda here: here.lose(), {"HookswitchEventsLost"}),
    ("the store does less", lambda here: here.receiver.less.set(1, "error"), {"HookswitchStoreDoesLess"}),
    ("the store is nearly full", lambda here: here.gauges.memory.set(9e8), {"HookswitchStoreNearlyFull"}),
    ("nobody knows how full", lambda here: here.gauges.room.clear(), set()),
    ("events are turned away", lambda here: here.receiver.turned_away.add("backlog"), {"HookswitchTurnsAway"}),
    ("a rule is broken", lambda here: here.gauges.refused.set(2, "greet"), {"HookswitchRuleRefused"}),
    ("the rules folder is away", lambda here: here.worker.followed.set(0), {"HookswitchRulesNotFollowed"}),
    ("the clock is slow", lambda here: here.gauges.clock.set(-30), {"HookswitchClock"}),
    ("the clock is fast", lambda here: here.gauges.clock.set(30), {"HookswitchClock"}),
    ("a forgotten password", _refused_logins(3), set()),
    ("passwords are guessed", _refused_logins(30), {"HookswitchConsoleGuessed"}),
    ("something is paused", lambda here: here.gauges.paused.set(1), {"HookswitchPausedForLong"}),
]


NAMES = [each[0] for each in SITUATIONS]


@pytest.mark.parametrize(("happens", "expected"), [each[1:] for each in SITUATIONS], ids=NAMES)
async def test_each_situation_raises_its_alerts_and_no_others(
    happens: Callable[[Installation], None], expected: set[str], store: Store
) -> None:
    here = Installation(store)
    before = here.scrape()
    happens(here)
    seen = here.scrapes(before)
    assert {rule["alert"] for rule in RULES if Expression(rule["expr"], seen).value()} == expected


def test_every_alert_has_its_situation() -> None:
    assert {rule["alert"] for rule in RULES} == set().union(*(each[2] for each in SITUATIONS))


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
async def test_an_alert_asks_for_what_is_exported(rule: dict[str, Any], store: Store) -> None:
    here = Installation(store)
    assert list(problems(rule["expr"], series(here.measures))) == []


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_an_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    told = rule["annotations"]["action"]
    named = [re.sub(r"{{.*?}}", "NAME", line) for line in re.findall(r"`(hookswitch [^`]+)`", told)]
    assert [line for line in named for words in commands(line) if problem(words)] == []
    assert named or any(word in told for word in ("HOOKSWITCH_", "log line", "spool.db", "timedatectl", "auth entry"))


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
async def test_what_an_alert_tells_is_there(rule: dict[str, Any], store: Store) -> None:
    """A label in a sentence that the expression does not keep would be an empty word."""
    told = " ".join(rule["annotations"].values())
    expression = Expression(rule["expr"])
    expression.value()
    kept = {name for _, by in expression.kept for name in by}
    assert set(re.findall(r"\$labels\.(\w+)", told)) <= kept


def test_the_manual_lists_every_alert() -> None:
    page = (FILE.parents[2] / "docs" / "watch-it.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| (Hookswitch\w+) \| (\w+) \|", page, re.M))
    assert listed == {rule["alert"]: rule["labels"]["severity"] for rule in RULES}


def test_what_is_not_exported_is_seen() -> None:
    known = {"hs_events_total": frozenset({"kind"})}
    assert list(problems('sum by (rule) (rate(hs_event_total{kind="x"}[5m]))', known)) == [
        "no metric hs_event_total", "hs_event_total has no label rule",
    ]  # fmt: skip
    assert list(problems('hs_events_total{lane="live"} > 1', known)) == ["hs_events_total has no label lane"]


def test_what_cannot_be_read_is_refused() -> None:
    for broken in ("sum(", "a b", "a ? b", "rate(a[5m]", "nonsense(a)"):
        with pytest.raises((ValueError, IndexError)):
            Expression(broken).value()
    assert tokens('a{b=~"c|d"}[5m]')[-1] == ("range", "[5m]")


def test_a_series_that_was_not_there_has_not_grown() -> None:
    one, two = frozenset({("a", "1")}), frozenset({("a", "2")})
    seen = Scrapes({"x": {one: 1.0}}, {"x": {one: 4.0, two: 5.0}}, 0.0)
    assert Expression("increase(x[5m]) > 2", seen).value() == {one: 3.0}
    assert Expression("sum(x) / 3 - 1", seen).value() == {frozenset(): 2.0}
    assert Expression("x > 1 and x < 5", seen).value() == {one: 4.0}
