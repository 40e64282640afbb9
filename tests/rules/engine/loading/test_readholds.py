from __future__ import annotations

import pytest

from tests.rules.engine.vocab import found, rule_of

REPORT = """\
description: x
on: end-of-call-report
HOLD
steps:
  - action: log
    with: { message: hello }
"""
WAITING = """\
description: x
on: assistant-request
HOLD
answer: { default: true }
"""


def test_holds_are_exposed() -> None:
    hold = """\
if: [call.to != "", call.from != ""]
limit: { count: 3, per: 1h, key: call.from, excess: delay }
concurrency: { key: call.to, max: 2, mode: restart }
once: { key: call.id, per: 1d }"""
    rule = rule_of(REPORT.replace("HOLD", hold))
    assert [condition.place for condition in rule.conditions] == ["if[0]", "if[1]"]
    assert rule.limit is not None
    assert (rule.limit.count, rule.limit.per, rule.limit.excess) == (3, 3600, "delay")
    assert rule.limit.key is not None
    assert rule.limit.key.text == "call.from"
    assert rule.concurrency is not None
    assert (rule.concurrency.max, rule.concurrency.mode) == (2, "restart")
    assert rule.once is not None
    assert (rule.once.key.text, rule.once.per) == ("call.id", 86400)


def test_defaults() -> None:
    rule = rule_of(REPORT.replace("HOLD", "limit: { count: 3, per: 60 }\nconcurrency: {}\nonce: { key: call.id }"))
    assert rule.limit is not None
    assert (rule.limit.key, rule.limit.excess) == (None, "skip")
    assert rule.concurrency is not None
    assert (rule.concurrency.key, rule.concurrency.max, rule.concurrency.mode) == (None, 1, "queue")
    assert rule.once is not None
    assert rule.once.per is None


@pytest.mark.parametrize(
    ("hold", "message"),
    [
        ("limit: { per: 1h }", "3:8 `limit` needs `count`"),
        ("limit: { count: 3 }", "3:8 `limit` needs `per`"),
        ("limit: { count: 0, per: 1h }", "3:17 `count` must be at least 1"),
        ("limit: { count: 3, per: 0 }", "3:25 `per` must be longer than nothing"),
        ("limit: 3", "3:8 `limit` must be a map, this is a number"),
        ("limit: { count: 3, per: 1h, key: call.form }", '3:34 unknown name "call.form"; did you mean "call.from"?'),
        ("limit: { count: 3, per: 1h, key: '\"x\"' }", "3:34 this key is the same for every event"),
        ("limit: { count: 3, per: 1h, key: raw }", "3:34 a key must be text or a number"),
        ("once: { per: 1h }", "3:7 `once` needs `key`"),
        ("once: { key: secrets.crm_token }", "3:14 secrets.crm_token can be used only inside `with`, not in `key`"),
        ("concurrency: { mode: wait }", '3:22 `mode` is queue, skip or restart, not "wait"'),
        ("if: true", "3:5 this condition is the same for every event"),
        ('if: steps.x.outcome == "done"', '3:5 there is no step with the id "x"'),
    ],
)
def test_mistakes(hold: str, message: str) -> None:
    lines = found(REPORT.replace("HOLD", hold))
    assert any(line.startswith(message) for line in lines), lines


def test_nobody_is_made_to_wait_behind_another() -> None:
    said = found(WAITING.replace("HOLD", "limit: { count: 3, per: 1h, excess: delay }"))
    assert said == ["3:37 `excess: delay` cannot be used while a platform waits for the answer; write skip"]
    said = found(WAITING.replace("HOLD", "concurrency: { key: call.to, mode: queue }"))
    assert said == ["3:36 `mode: queue` makes a caller wait behind another; the answer may come too late"]
    assert found(WAITING.replace("HOLD", "concurrency: { key: call.to, mode: skip }")) == []
