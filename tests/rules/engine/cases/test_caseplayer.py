from __future__ import annotations

from typing import Any

import pytest

from rules.engine.cases.caseplayer import StubPlayer
from rules.engine.cases.caseworld import CaseWorld
from rules.engine.cases.stubdesk import StubDesk, Unstubbed
from rules.engine.cases.testfile import read_tests
from rules.engine.playing.played import StepResult
from tests.rules.engine.vocab import VOCABULARY, event, rule_of

RULE = rule_of("""\
description: x
on: end-of-call-report
steps:
  - { id: ask, action: http.request, with: { url: 'https://x.example/a', accept: [404] }, timeout: 3s }
  - { id: post, action: http.request, with: { url: 'https://x.example/b', method: POST }, retry: { tries: 3 } }
  - { id: tell, action: notify, with: { to: x } }
  - { id: say, action: call.say, with: { text: x } }
  - { id: text, action: sms.send, with: { to: x } }
  - { id: start, action: call.start, with: { agent: a, to: b }, retry: { tries: 2, first: 1s } }
  - { id: old, action: http.request, with: { url: 'https://x.example/a' }, retry: { tries: 9, max_age: 5s } }
""")


def player(stubs: str = "{}", patience: float | None = None) -> StubPlayer:
    text = f"cases:\n  - name: n\n    event: {{ fields: {{}} }}\n    stubs: {stubs}\n    expect: {{ outcome: ran }}\n"
    file = read_tests(RULE.name, "x", text, RULE, VOCABULARY)
    assert file.findings == ()
    case = file.cases[0]
    world = CaseWorld(case, event("end-of-call-report"))
    return StubPlayer(StubDesk(case), world, VOCABULARY, patience=patience)


async def perform(stubs: StubPlayer, key: str, with_: dict[str, Any] | None = None) -> StepResult:
    step = RULE.step(key)
    assert step is not None
    rendered = step.template.render(None) if with_ is None else with_
    return await stubs.perform(RULE, step, None, rendered, frozenset(), {})


def briefly(result: StepResult) -> tuple[str, str]:
    return result.outcome, result.error


async def test_stubs_take_their_turns_and_the_last_serves_the_rest() -> None:
    stubs = player("{ ask: [{ status: 200 }, { error: down, delay: 1s }] }")
    results = [await perform(stubs, "ask") for _ in range(3)]
    assert [briefly(result) for result in results] == [("done", ""), ("failed", "down"), ("failed", "down")]
    assert results[0].output["status"] == 200
    assert stubs.elapsed == 2.0
    assert [call.step for call in stubs.calls] == ["ask", "ask", "ask"]


async def test_a_failing_status_and_then_a_good_one_are_two_tries() -> None:
    stubs = player(
        "{ http: { request: { url: 'https://x.example/a' }, replies: [ { status: 500 }, { body: { n: 1 } } ] } }"
    )
    result = await perform(stubs, "ask")
    assert (result.outcome, result.output["body"], stubs.calls[0].tries, stubs.elapsed) == ("done", {"n": 1}, 2, 2.0)


async def test_what_waiting_cannot_mend_fails_at_once() -> None:
    stubs = player("{ http: { request: { url: '*' }, status: 403, body: { error: no_access } } }")
    assert briefly(await perform(stubs, "ask")) == (
        "failed",
        "x.example answered 403: no_access: no_access",
    )
    assert stubs.calls[0].tries == 1


async def test_accepted_statuses_are_done() -> None:
    stubs = player("{ http: { request: { url: '*' }, status: 404, text: nothing here } }")
    result = await perform(stubs, "ask")
    assert (result.outcome, result.output["status"], result.output["body"]) == ("done", 404, {})
    assert result.output["text"] == "nothing here"


async def test_a_step_stub_with_a_bad_status_fails_like_the_real_one() -> None:
    assert briefly(await perform(player("{ post: { status: 404 } }"), "post"))[0] == "failed"


async def test_an_outage_is_tried_until_it_is_given_up() -> None:
    stubs = player("{ post: { unavailable: down } }")
    assert briefly(await perform(stubs, "post")) == ("failed", "down (after 3 tries)")
    assert stubs.elapsed == 2.0 + 4.0


async def test_who_waits_is_not_kept_longer_than_they_wait() -> None:
    stubs = player("{ post: { unavailable: down, delay: 1s } }", patience=4.0)
    assert briefly(await perform(stubs, "post")) == ("failed", "down (no time left for another try)")
    assert (stubs.calls[0].tries, stubs.elapsed) == (2, 4.0)


async def test_too_old_is_given_up() -> None:
    assert briefly(await perform(player("{ old: { unavailable: down } }"), "old")) == (
        "failed",
        "down (too old after 2 s)",
    )


async def test_retry_after_is_kept_to() -> None:
    answers = "[ { status: 429, headers: { Retry-After: 30 } }, { status: 200 } ]"
    stubs = player(f"{{ http: {{ request: {{ url: '*' }}, replies: {answers} }} }}")
    assert briefly(await perform(stubs, "post")) == ("done", "")
    assert stubs.elapsed == 30.0


async def test_a_try_ends_at_its_timeout() -> None:
    stubs = player("{ ask: [ { delay: 5s }, { status: 200, delay: 1s } ] }")
    assert briefly(await perform(stubs, "ask")) == ("done", "")
    assert stubs.elapsed == 3.0 + 2.0 + 1.0


@pytest.mark.parametrize(
    ("key", "outcome", "error"),
    [
        ("say", "skipped", "no answer within 10 s; it may have happened and is not repeated"),
        ("text", "failed", "in doubt: no answer within 10 s"),
        ("start", "failed", "no answer within 10 s (after 2 tries)"),
    ],
)
async def test_doubt_is_resolved_as_the_action_declares(key: str, outcome: str, error: str) -> None:
    assert briefly(await perform(player(f"{{ {key}: {{ delay: 11s }} }}"), key)) == (outcome, error)


async def test_with_somebody_waiting_there_is_no_time_to_ask() -> None:
    stubs = player("{ start: { delay: 11s } }", patience=60.0)
    assert briefly(await perform(stubs, "start"))[1] == "in doubt, and no time to ask: no answer within 10 s"


async def test_the_first_fitting_request_wins_and_what_was_asked_is_kept() -> None:
    stubs = player("{ http: [ { request: { method: POST }, status: 201 }, { request: { url: '*' }, status: 200 } ] }")
    assert (await perform(stubs, "post")).output["status"] == 201
    assert (await perform(stubs, "ask")).output["status"] == 200
    asked = [call.asked for call in stubs.calls]
    assert [each and (each.method, each.url) for each in asked] == [
        ("POST", "https://x.example/b"),
        ("GET", "https://x.example/a"),
    ]


async def test_redirects_are_followed_and_each_is_answered() -> None:
    moved = "{ request: { url: '*/a' }, status: 302, headers: { location: /c } }"
    stubs = player(f"{{ http: [ {moved}, {{ request: {{ url: 'https://x.example/c' }}, body: {{ n: 2 }} }} ] }}")
    assert (await perform(stubs, "ask")).output["body"] == {"n": 2}


async def test_without_a_stub_it_says_how_to_write_one() -> None:
    with pytest.raises(Unstubbed, match=r"step ask .* has no stub"):
        await perform(player(), "ask")
    with pytest.raises(Unstubbed, match=r"step text .* has no stub"):
        await perform(player(), "text")
    assert (await perform(player(), "tell")).outcome == "done"


async def test_parameters_are_validated_as_for_real() -> None:
    result = await perform(player("{ ask: { status: 200 } }"), "ask", {"url": 5})
    assert briefly(result) == ("failed", "with.url: Input should be a valid string")
