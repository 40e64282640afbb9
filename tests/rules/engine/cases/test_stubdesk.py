from __future__ import annotations

import pytest

from rules.engine.cases.casestubs import HttpStub, Stub
from rules.engine.cases.httpstubs import pattern_of
from rules.engine.cases.stubdesk import StubDesk, Unstubbed
from rules.engine.cases.testfile import Case
from rules.engine.rule import Step
from rules.engine.vocabulary import Asked
from tests.rules.engine.cases.test_caseworld import NOON
from tests.rules.engine.vocab import rule_of

STEP = "{ id: ask, action: http.request, with: { url: 'https://x.example' } }"
TEXT = f"description: x\non: status-update\nsteps: [{STEP}]\n"
OWN, OTHER = rule_of(TEXT, name="own"), rule_of(TEXT, name="other")
ASKED = Asked("GET", "https://x.example/a", {"q": "1"})


def step() -> Step:
    return OWN.steps[0]


def desk(*http: HttpStub, **stubs: tuple[Stub, ...]) -> StubDesk:
    named = {key.replace("__", "."): value for key, value in stubs.items()}
    return StubDesk(Case("own", "n", 1, NOON, {}, named, {}, {}, {}, http))


def answers(place: int, url: str, *statuses: int) -> HttpStub:
    return HttpStub(
        pattern_of({"url": url}), tuple(Stub({"status": each}) for each in statuses), f"stubs.http[{place}]", 7
    )


def test_plain_keys_are_of_this_rule_and_others_are_named() -> None:
    found = desk(ask=(Stub({"n": 1}),), other__ask=(Stub({"n": 2}),))
    assert (found.of_step(OWN, step()), found.of_step(OTHER, step())) == (Stub({"n": 1}), Stub({"n": 2}))
    assert desk(ask=(Stub(),)).of_step(OTHER, step()) is None


def test_the_first_entry_that_fits_answers_in_turn() -> None:
    found = desk(answers(0, "*/b", 500), answers(1, "*/a", 500, 200), answers(2, "*", 404))
    given = [found.answer(OWN, step(), ASKED).output["status"] for _ in range(3)]
    assert given == [500, 200, 200]


def test_a_request_nothing_answers_names_the_nearest() -> None:
    with pytest.raises(Unstubbed) as caught:
        desk(answers(0, "https://y.example/"), answers(1, "https://x.example/b")).answer(OTHER, step(), ASKED)
    assert str(caught.value) == (
        "no stub answers what step other.ask asks: GET https://x.example/a?q=1; nearest is stubs.http[0] on line 7, "
        'but url: wanted "https://y.example/", got "https://x.example/a"'
    )


def test_without_any_it_says_how_to_write_one() -> None:
    with pytest.raises(Unstubbed) as caught:
        desk().answer(OWN, step(), ASKED)
    assert str(caught.value) == (
        "step ask (http.request) has no stub; say what it gives, as in "
        '`stubs: { ask: { status: 0, headers: {}, body: {}, text: "" } }`, '
        "or what answers GET https://x.example/a?q=1, as in "
        "`stubs: { http: [ { request: { url: https://x.example/a }, status: 200 } ] }`"
    )
