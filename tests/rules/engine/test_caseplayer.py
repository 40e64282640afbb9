from __future__ import annotations

from typing import Any

from rules.engine.caseplayer import StubPlayer
from rules.engine.played import StepResult
from rules.engine.testfile import read_tests
from tests.rules.engine.vocab import VOCABULARY, rule_of

RULE = rule_of("""\
description: x
on: end-of-call-report
steps:
  - { id: ask, action: http.request, with: { url: x }, timeout: 3s }
  - { id: tell, action: notify, with: { to: x } }
  - { id: count, action: memory.add, with: { scope: caller, key: calls } }
  - { id: set, action: memory.set, with: { scope: call, key: k, value: v } }
  - { id: forget, action: memory.forget, with: { scope: caller, key: calls } }
  - { id: emit, action: emit, with: { event: later } }
  - { id: log, action: log, with: { message: x } }
""")


def player(more: str = "") -> StubPlayer:
    text = f"cases:\n  - name: n\n    event: {{ fields: {{}} }}\n{more}    expect: {{ outcome: ran }}\n"
    file = read_tests("ask_email", "x", text, RULE, VOCABULARY)
    assert file.findings == ()
    return StubPlayer(file.cases[0], VOCABULARY)


async def perform(stubs: StubPlayer, key: str, with_: dict[str, Any] | None = None) -> StepResult:
    step = RULE.step(key)
    assert step is not None
    rendered = step.template.render(None) if with_ is None else with_
    return await stubs.perform(RULE, step, None, rendered, frozenset(), {})


async def test_stubs_take_their_turns_and_the_last_serves_the_rest() -> None:
    stubs = player("    stubs: { ask: [{ status: 200 }, { error: down, delay: 1s }] }\n")
    results = [await perform(stubs, "ask") for _ in range(3)]
    assert [(result.outcome, result.error) for result in results] == [
        ("done", ""),
        ("failed", "down"),
        ("failed", "down"),
    ]
    assert results[0].output == {"status": 200}
    assert stubs.elapsed == 2.0
    assert [call.step for call in stubs.calls] == ["ask", "ask", "ask"]


async def test_a_step_gives_up_after_its_timeout() -> None:
    stubs = player("    stubs: { ask: { status: 200, delay: 5s } }\n")
    result = await perform(stubs, "ask")
    assert (result.outcome, result.error, stubs.elapsed) == ("failed", "no answer within 3s", 3.0)


async def test_without_a_stub_it_says_how_to_write_one() -> None:
    stubs = player()
    await perform(stubs, "ask")
    assert stubs.unstubbed == (
        "step ask (http.request) has no stub; say what it gives, as in "
        '`stubs: { ask: { status: 0, headers: {}, body: {}, text: "" } }`'
    )


async def test_steps_that_touch_only_our_own_things_work_by_themselves() -> None:
    stubs = player("    memory: { caller: { calls: 2 } }\n")
    assert (await perform(stubs, "count")).output == {"value": 3}
    assert (await perform(stubs, "set")).output == {"value": "v"}
    assert (await perform(stubs, "forget")).output == {"value": 3}
    assert (await perform(stubs, "count")).output == {"value": 1}
    assert (await perform(stubs, "emit")).output == {"event": "later"}
    assert (await perform(stubs, "log")).outcome == "done"
    assert (await perform(stubs, "tell")).outcome == "done"
    assert stubs.unstubbed == ""
    assert stubs.case.memory == {"caller": {"calls": 2}}


async def test_parameters_are_validated_as_for_real() -> None:
    stubs = player("    stubs: { ask: { status: 200 } }\n")
    result = await perform(stubs, "ask", {"url": 5})
    assert (result.outcome, result.error) == ("failed", "with.url: Input should be a valid string")
