from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from receiver.providers import PROVIDERS
from rules.engine.loading.load import load_folder
from rules.engine.vocabulary import ConnectionWords
from store.connections import Api, Connection
from store.event import KINDS, Event
from workers.actions import ACTIONS, capability_table
from workers.vocabulary import vocabulary


def words(**more: Any) -> ConnectionWords:
    fields: dict[str, Any] = {"name": "desk", "provider": "flireo"}
    return vocabulary({"desk": Connection(**(fields | more))}).connections["desk"]


def test_every_kind_is_told_with_its_names_and_their_meaning() -> None:
    told = vocabulary({}).kinds
    assert set(told) == set(KINDS)
    for name, kind in KINDS.items():
        assert (told[name].doc, told[name].waits, told[name].filter) == (kind.doc, kind.waits, kind.filter)
        assert bool(told[name].answer_keys) == kind.waits
        sections = [section for section in kind.sections if section != "data"]
        named = [each for each in told[name].names if each.partition(".")[0] in sections]
        assert set(named) == set(told[name].docs)
        assert all(told[name].docs.values())


def test_every_action_is_told() -> None:
    told = vocabulary({}).actions
    assert set(told) == set(ACTIONS)
    for name, action in ACTIONS.items():
        assert (told[name].doc, told[name].params, told[name].in_doubt) == (action.doc, action.params, action.in_doubt)
        assert told[name].needs_call == action.needs_call
        assert told[name].providers == capability_table().get(name)
        assert set(told[name].output) == set(told[name].output_docs)


def test_every_provider_tells_its_native_events() -> None:
    told = vocabulary({}).natives
    assert {name: set(provider.kinds) for name, provider in PROVIDERS.items()} == told


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_a_connection_tells_what_its_platform_understands_and_how_long_it_waits(provider: str) -> None:
    told = words(provider=provider)
    assert dict(told.answers) == dict(PROVIDERS[provider].answers)
    assert set(told.deadlines) == set(told.answers)
    for kind, seconds in told.deadlines.items():
        waits = [PROVIDERS[provider].deadline(Event(kind=kind, generation=name)) for name in told.generations]
        assert seconds == min(each for each in waits if each is not None)


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({}, 4.0),
        ({"generation": "g1"}, 4.0),
        ({"generation": "g3"}, 8.0),
        ({"generation": "g3", "deadlines": {"tool-calls": "2s"}}, 2.0),
        ({"deadlines": {"tool-calls": "9s"}}, 9.0),
    ],
)
def test_how_long_flireo_waits_for_a_tool(more: dict[str, Any], seconds: float) -> None:
    told = words(**more)
    assert told.deadlines["tool-calls"] == seconds
    assert told.deadlines["assistant-request"] == 4.0


def test_a_platform_that_is_only_called_back_waits_for_nothing() -> None:
    told = words(provider="elsewhere")
    assert (told.answers, told.deadlines, told.generations) == ({}, {}, ("",))


def test_a_connection_tells_whether_it_can_be_called_back() -> None:
    assert not words().has_api
    assert words(api={"key": "k"}).has_api


def test_secrets_are_known_or_any() -> None:
    assert vocabulary({}).secrets is None
    assert vocabulary({}, ["crm"]).secrets == frozenset({"crm"})


SPENDING = """\
description: Costs money.
on: status-update
connections: [desk]
steps:
  - action: ACTION
    with: { WITH }
"""
BUY = ("number.buy", 'number: "+31851000007"')
CALL = ("call.start", 'agent: a1, to: "+31612340001"')


@pytest.mark.parametrize(
    ("provider", "generation", "step", "said"),
    [
        ("flireo", "g1", BUY, []),
        ("fluents", "auto", BUY, []),
        ("flireo", "g3", CALL, []),
        ("opencx", "auto", CALL, []),
        (
            "opencx",
            "auto",
            BUY,
            ["cannot do number.buy: no current way to have a new number is documented; flireo (g1) and fluents can"],
        ),
        (
            "flireo",
            "g3",
            BUY,
            ["cannot do number.buy with generation g3: numbers are brought along by SIP, with flireo.number.create"],
        ),
        ("flireo", "g1", CALL, ["connection desk (flireo) cannot do call.start with generation g1"]),
        ("opencx", "auto", ("number.release", 'number: "n1"'), ["connection desk (opencx) cannot do number.release"]),
        ("flireo", "g1", ("call.get", "call: c1"), ["connection desk (flireo) cannot do call.get with generation g1"]),
        ("flireo", "g1", ("number.buy", 'number: "0850000007"'), ["a whole number with its country"]),
    ],
)
def test_check_refuses_what_a_platform_cannot_spend_money_on(
    tmp_path: Path, provider: str, generation: str, step: tuple[str, str], said: list[str]
) -> None:
    (tmp_path / "spend.yaml").write_text(SPENDING.replace("ACTION", step[0]).replace("WITH", step[1]))
    desk = Connection.model_validate(
        {"name": "desk", "provider": provider, "generation": generation, "api": Api(key="k")}
    )
    loaded = load_folder(tmp_path, vocabulary({"desk": desk}))
    errors = [finding.text for finding in loaded.findings if finding.severity == "error"]
    assert len(errors) == len(said)
    assert all(words in error for words, error in zip(said, errors, strict=True))


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ("variables: { name: Ada }", []),
        ("default: true", []),
        ("default: true, variables: { name: Ada }", []),
        ("assistant: a, variables: { name: Ada }", ["assistant"]),
        ("config: { x: 1 }, override: { y: 1 }", ["config", "override"]),
        ("reject: We are closed.", ["reject"]),
        ('transfer: "+31850000099"', ["transfer"]),
        ("default: true, metadata: { a: b }, max_duration: 5m", ["metadata", "max_duration"]),
    ],
)
def test_fluents_can_only_be_told_variables(tmp_path: Path, answer: str, refused: list[str]) -> None:
    text = f"description: x\non: assistant-request\nconnections: [desk]\nanswer: {{ {answer} }}\n"
    (tmp_path / "greet.yaml").write_text(text)
    desk = Connection.model_validate(
        {"name": "desk", "provider": "fluents", "auth": [{"scheme": "path_token", "secret": "x"}]}
    )
    loaded = load_folder(tmp_path, vocabulary({"desk": desk}))
    said = [finding.message for finding in loaded.findings if finding.severity == "error"]
    wanted = "connection desk (fluents) cannot express `{}` in an answer to assistant-request"
    assert said == [wanted.format(key) for key in refused]
