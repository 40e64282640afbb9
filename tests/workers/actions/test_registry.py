from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pydantic import BaseModel, Field

from tests.tables import over
from workers.actions import ACTIONS, capability_table, output_docs, output_words
from workers.actions.base import Action
from workers.actions.platforms import PLATFORM_ACTIONS
from workers.actions.registry import DuplicateAction, registry

EVERY_FLIREO = frozenset({"g1", "g2", "g3"})
LATER_FLIREO = frozenset({"g2", "g3"})
ONE = frozenset({""})
OWN = {name: each for name, each in ACTIONS.items() if each not in PLATFORM_ACTIONS}
"""Those that are not of one platform alone."""


def test_every_action_is_there_under_its_name() -> None:
    assert set(OWN) == {
        *("number.list", "number.get", "number.search", "number.link", "number.unlink", "number.update"),
        *("number.buy", "number.release", "call.start", "call.get"),
        *("agent.list", "agent.get", "agent.update"),
        *("call.inject", "call.say", "call.end", "call.transfer"),
        *("http.request", "api.request", "notify", "memory.set", "memory.add", "memory.forget", "emit", "log"),
    }
    assert all(name == each.name for name, each in ACTIONS.items())


def test_two_actions_of_one_name_are_refused() -> None:
    with pytest.raises(DuplicateAction, match=r"log is declared twice"):
        registry([ACTIONS["log"], ACTIONS["log"]])


def test_who_can_do_what() -> None:
    assert {name: each for name, each in capability_table().items() if name in OWN} == {
        "number.list": {"flireo": EVERY_FLIREO, "fluents": ONE, "opencx": ONE, "vapi": ONE},
        "number.get": {"flireo": EVERY_FLIREO, "fluents": ONE, "opencx": ONE, "vapi": ONE},
        "number.search": {"flireo": frozenset({"g1"}), "fluents": ONE},
        "number.buy": {"flireo": frozenset({"g1"}), "fluents": ONE},
        "number.release": {"flireo": LATER_FLIREO, "fluents": ONE, "vapi": ONE},
        "number.link": {"flireo": EVERY_FLIREO, "fluents": ONE, "vapi": ONE},
        "number.unlink": {"flireo": EVERY_FLIREO, "fluents": ONE, "vapi": ONE},
        "number.update": {"flireo": LATER_FLIREO, "fluents": ONE, "vapi": ONE},
        "agent.list": {"flireo": LATER_FLIREO, "fluents": ONE, "opencx": ONE, "vapi": ONE},
        "agent.get": {"flireo": LATER_FLIREO, "fluents": ONE, "opencx": ONE, "vapi": ONE},
        "agent.update": {"flireo": LATER_FLIREO, "fluents": ONE, "opencx": ONE, "vapi": ONE},
        "call.start": {"flireo": LATER_FLIREO, "fluents": ONE, "opencx": ONE, "vapi": ONE},
        "call.get": {"flireo": LATER_FLIREO, "fluents": ONE, "opencx": ONE, "vapi": ONE},
        "call.inject": {"flireo": LATER_FLIREO, "vapi": ONE},
        "call.say": {"flireo": LATER_FLIREO, "vapi": ONE},
        "call.end": {"flireo": LATER_FLIREO, "fluents": ONE, "vapi": ONE},
        "call.transfer": {"flireo": LATER_FLIREO, "vapi": ONE},
        "api.request": {"flireo": EVERY_FLIREO, "fluents": ONE, "opencx": ONE, "vapi": ONE},
    }


def test_actions_of_one_platform_bear_its_name() -> None:
    for each in PLATFORM_ACTIONS:
        assert each.platforms is not None
        assert list(each.platforms) == [each.name.partition(".")[0]]


def test_what_is_done_in_doubt() -> None:
    skipped = {name for name, each in OWN.items() if each.in_doubt == "skip"}
    assert skipped == {"call.inject", "call.say", "call.end", "call.transfer"}
    verified = {name for name, each in OWN.items() if each.in_doubt == "verify"}
    assert verified == {"number.buy", "number.release", "call.start"}
    assert all((each.verify is not None) == (name in verified) for name, each in OWN.items())
    assert {each.in_doubt for name, each in OWN.items() if name not in skipped | verified} == {"repeat"}


def test_what_costs_money() -> None:
    costs = {name: each.costs for name, each in OWN.items() if each.costs}
    assert costs == {"number.buy": "numbers-bought", "call.start": "calls-started"}


def test_only_commands_into_a_call_need_one() -> None:
    commands = {name for name in OWN if name.startswith("call.") and name not in ("call.start", "call.get")}
    assert {name for name, each in ACTIONS.items() if each.needs_call} >= commands
    assert {name for name, each in OWN.items() if each.needs_call} == commands


@over(list(ACTIONS.values()))
def test_every_parameter_and_output_is_explained(each: Action) -> None:
    assert all(info.description for info in each.params.model_fields.values())
    assert all(output_docs(each.output).values())
    assert each.doc.endswith(".")
    assert each.output().model_dump() is not None


def test_outputs_become_type_words() -> None:
    assert output_words(ACTIONS["http.request"].output) == {
        "status": "number",
        "headers": "map",
        "body": "dyn",
        "text": "string",
    }
    assert output_words(ACTIONS["number.list"].output) == {"numbers": "list", "count": "number", "complete": "bool"}
    assert output_words(ACTIONS["log"].output) == {}


class Inner(BaseModel):
    x: int = 0


class Everything(BaseModel):
    when: datetime | None = Field(None, description="a time")
    inner: Inner = Inner()
    either: int | str = 0
    numeric: int | float = 0
    anything: Any = None
    listed: list[Inner] = []
    named: str = Field("", alias="from")


def test_every_kind_of_field_has_its_word() -> None:
    assert output_words(Everything) == {
        "when": "timestamp",
        "inner": "map",
        "either": "dyn",
        "numeric": "number",
        "anything": "dyn",
        "listed": "list",
        "from": "string",
    }
    assert output_docs(Everything)["when"] == "a time"
