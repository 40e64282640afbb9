"""Replies are read strictly, and what our provider says is read without a complaint."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.sandbox.courier import Reply
from console.sandbox.platforms.fluents.replies import filled_in, read_context, read_result
from receiver.providers.base import Answer
from receiver.providers.fluents import Fluents
from store.event import Event, ToolCall

LATE = Reply(0, error="no answer within 10 s")


def said(body: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("reply", "variables", "problems"),
    [
        (said({"name": "Ada"}), {"name": "Ada"}, ()),
        (said({}), {}, ()),
        (said({"name": "Ada", "age": 3}), {"name": "Ada"}, ("assistant-request: `age` is not a text",)),
        (said(["x"]), None, ("assistant-request: the reply was JSON but not an object",)),
        (said({}, 500), None, ("assistant-request: the reply's status was 500",)),
        (LATE, None, ("assistant-request: no answer within 10 s",)),
    ],
)
def test_variables(reply: Reply, variables: dict[str, str] | None, problems: tuple[str, ...]) -> None:
    pickup = read_context(reply)
    assert (pickup.outcome, pickup.problems) == ("saved" if variables is None else "override", problems)
    assert pickup.config.get("context") == variables


def test_the_agent_knows_what_it_was_told() -> None:
    assert read_context(said({"name": "Ada", "plan": "gold"})).knows == "name: Ada, plan: gold"


def test_a_template_without_its_variable() -> None:
    assert filled_in("Good day ${name}. ${opening}", {"name": "Ada"}) == "Good day Ada."


@pytest.mark.parametrize(
    ("reply", "heard", "problem"),
    [
        (said({"result": {}, "agent_message": "Shipped."}), "Shipped.", ""),
        (said({"result": {"message": "Shipped."}}), "Shipped.", ""),
        (said({"result": {"status": "shipped"}}), "status: shipped", ""),
        (said({"result": "Shipped."}), None, "`result` is not an object"),
        (said({"agent_message": "Shipped."}), None, "`result` is not an object"),
        (said({"result": {}, "agent_message": None}), None, "`agent_message` is not a string"),
        (said({"refused": "no"}, 401), None, "the reply's status was 401"),
        (Reply(500, b"Traceback: secret"), "Traceback: secret", "the reply's status was 500"),
        (Reply(503), None, "the reply's status was 503"),
        (LATE, None, "no answer within 10 s"),
    ],
)
def test_results(reply: Reply, heard: str | None, problem: str) -> None:
    read = read_result(reply, ["t"])
    assert read.results == ({} if heard is None else {"t": heard})
    assert read.problems == ((f"tool-calls: {problem}",) if problem else ())


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)
)


@given(st.fixed_dictionaries({}, optional={"result": ANY, "error": st.text(), "say": st.text()}))
def test_whatever_a_rule_answers_is_understood(answer: dict[str, Any]) -> None:
    event = Event(kind="tool-calls", tools=[ToolCall(id="t", name="t")])
    assert read_result(said(Fluents().reply(event, [Answer(answer, "t")]).body), ["t"]).problems == ()


@given(st.dictionaries(st.text(), ANY))
def test_whatever_variables_a_rule_gives_are_texts(variables: dict[str, Any]) -> None:
    reply = Fluents().reply(Event(kind="assistant-request"), [Answer({"variables": variables})])
    assert read_context(said(reply.body)).problems == ()
