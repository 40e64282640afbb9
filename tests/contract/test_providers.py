"""What every provider in the registry owes the rest of Hookswitch."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

import receiver.providers
from receiver.providers import PROVIDERS
from receiver.providers.base import ANSWER_KEYS, Answer, BadSignature, Provider
from receiver.providers.samples import expected_events, load_sample, sample_names
from receiver.raw import RawDelivery
from store.event import KINDS, Event, visible_types
from store.request import Request, payload_of
from store.visible import visible
from tests.tables import try_all

FOLDER = Path(receiver.providers.__file__).parent
PROVIDER_NAMES = sorted(PROVIDERS)
SAMPLES = sample_names()


def provider_of(sample: str) -> Provider:
    return PROVIDERS[sample.partition("/")[0]]


def events_of(sample: str) -> list[Event]:
    return [event.whole() for event in provider_of(sample).normalise(load_sample(sample))]


def samples_of(provider: str) -> list[str]:
    return [name for name in SAMPLES if name.startswith(f"{provider}/")]


def waits(sample: str) -> bool:
    return any(event.waits for event in events_of(sample))


def with_samples(*, waiting: bool = False) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
    """Makes one test for each provider of a check of a sample: of all, or of those that somebody waits for."""

    def one(check: Callable[[str], None]) -> Callable[[str], None]:
        @pytest.mark.parametrize("name", PROVIDER_NAMES)
        def test(name: str) -> None:
            found = [sample for sample in samples_of(name) if not waiting or waits(sample)]
            assert found or not PROVIDERS[name].answers
            if found:
                try_all(check, found)

        test.__name__ = check.__name__
        return test

    return one


@pytest.mark.parametrize("name", PROVIDER_NAMES)
def test_the_name_is_the_folder(name: str) -> None:
    assert PROVIDERS[name].name == name
    assert (FOLDER / name / "__init__.py").is_file()


@pytest.mark.parametrize("name", PROVIDER_NAMES)
def test_notes_tell_what_is_known(name: str) -> None:
    notes = (FOLDER / name / "NOTES.md").read_text(encoding="utf-8")
    for native in PROVIDERS[name].kinds:
        assert native in notes


def test_no_sample_belongs_to_nobody() -> None:
    assert {name.partition("/")[0] for name in SAMPLES} <= set(PROVIDERS)


@pytest.mark.parametrize("name", PROVIDER_NAMES)
def test_every_door_has_a_sample_and_no_sample_comes_elsewhere(name: str) -> None:
    doors = PROVIDERS[name].doors
    used = [load_sample(sample).request for sample in samples_of(name)]
    assert {request.door for request in used} == set(doors)
    assert all(request.method in doors[request.door] for request in used)
    assert all(bool(request.tool) == (request.door == "tools") for request in used)


@pytest.mark.parametrize("name", PROVIDER_NAMES)
def test_native_kinds_are_kinds_of_ours(name: str) -> None:
    assert set(PROVIDERS[name].kinds.values()) <= set(KINDS)


@pytest.mark.parametrize("name", PROVIDER_NAMES)
def test_every_native_kind_has_a_sample_in_every_generation(name: str) -> None:
    provider = PROVIDERS[name]
    generations = {generation for table in provider.answers.values() for generation in table}
    seen = {(event.native, event.generation) for sample in samples_of(name) for event in events_of(sample)}
    assert {(native, generation) for native in provider.kinds for generation in generations} <= seen


@pytest.mark.parametrize("name", PROVIDER_NAMES)
def test_there_are_samples_of_the_unknown_and_the_unreadable(name: str) -> None:
    assert {"unknown", "unreadable"} <= {event.kind for sample in samples_of(name) for event in events_of(sample)}


@pytest.mark.parametrize("name", PROVIDER_NAMES)
def test_the_answers_table_speaks_of_kinds_that_wait_and_keys_that_exist(name: str) -> None:
    provider = PROVIDERS[name]
    waiting = {kind for kind in provider.kinds.values() if KINDS[kind].waits}
    assert set(provider.answers) == waiting
    for kind, generations in provider.answers.items():
        for keys in generations.values():
            assert keys
            assert keys <= ANSWER_KEYS[kind]


@pytest.mark.parametrize("name", PROVIDER_NAMES)
def test_nothing_configured_proves_nothing(name: str) -> None:
    raw = RawDelivery(b"{}")
    with pytest.raises(BadSignature):
        PROVIDERS[name].verify(raw, [], raw.received_at)


@pytest.mark.parametrize("provider", PROVIDER_NAMES)
def test_every_sample_has_a_twin_and_every_twin_a_sample(provider: str) -> None:
    for suffix in ("samples", "expected"):
        found = {f"{provider}/{path.stem}" for path in (FOLDER / provider / suffix).iterdir()}
        assert found == set(samples_of(provider))


@with_samples()
def test_what_is_written_of_an_event_reads_back_and_validates(sample: str) -> None:
    for event in events_of(sample):
        read = Event.model_validate_json(event.to_json())
        assert read.model_dump() == event.model_dump()
        assert all(isinstance(turn, dict) for turn in read.report.messages)


@with_samples()
def test_what_is_kept_beside_its_body_is_whole_again(sample: str) -> None:
    raw = load_sample(sample)
    for event in provider_of(sample).normalise(raw):
        beside = Event.model_validate_json(event.to_json(with_body=True))
        beside.raw = payload_of(event.part or raw.body, raw.headers, raw.request)
        assert beside.whole().model_dump() == event.whole().model_dump()


@with_samples()
def test_a_sample_and_its_twin_agree(sample: str) -> None:
    found = [
        event.model_dump(mode="json", exclude_defaults=True, exclude={"received_at"}) for event in events_of(sample)
    ]
    assert found == expected_events(sample)


def is_sound(event: Event) -> bool:
    """Whether every part of it is what its model makes, which raises for a value it does not allow."""
    parts = [each for each in vars(event).values() if isinstance(each, BaseModel)]
    return all(
        type(model).model_validate({name: getattr(model, name) for name in model.model_fields_set}, strict=True)
        == model
        for model in (event, *parts, *event.tools)
    )


@with_samples()
def test_events_say_who_and_what(sample: str) -> None:
    raw = replace(load_sample(sample), connection="front_desk")
    for event in provider_of(sample).normalise(raw):
        assert event.provider == provider_of(sample).name
        assert (event.connection, event.received_at) == ("front_desk", raw.received_at)
        assert is_sound(event)
        assert event.kind == provider_of(sample).kinds.get(event.native, event.kind)
        assert bool(event.problem) == (event.kind == "unreadable")


@with_samples()
def test_the_same_bytes_have_the_same_key(sample: str) -> None:
    assert [event.dedup_key for event in events_of(sample)] == [event.dedup_key for event in events_of(sample)]


@with_samples()
def test_rules_see_every_name_they_may_use(sample: str) -> None:
    for event in events_of(sample):
        assert set(visible(event)) == set(visible_types(KINDS[event.kind]))


@with_samples()
def test_there_is_a_deadline_where_somebody_waits(sample: str) -> None:
    for event in events_of(sample):
        deadline = provider_of(sample).deadline(event)
        assert (deadline is not None) == event.waits
        assert deadline is None or 0 < deadline <= 30


@with_samples(waiting=True)
def test_tools_have_ids_of_their_own(sample: str) -> None:
    for event in events_of(sample):
        ids = [tool.id for tool in event.tools]
        assert all(ids)
        assert len(set(ids)) == len(ids)


def named(event: Event, request: Request, sent: str) -> bool:
    """Whether a reply names every tool, where the URL it answers does not name the only one."""
    if request.door == "tools":
        return [tool.name for tool in event.tools] in ([], [request.tool])
    return all(json.dumps(tool.id) in sent for tool in event.tools)


REPLIES: list[dict[str, Any]] = [{"result": {"ok": True}}, {"error": "Not now."}, {"default": True}, {}]


@with_samples(waiting=True)
def test_the_reply_names_every_tool(sample: str) -> None:
    for event, body in product(events_of(sample), REPLIES):
        reply = provider_of(sample).reply(event, [Answer(body, tool.id) for tool in event.tools] or [Answer(body)])
        request = load_sample(sample).request
        assert reply.status in ((200, 422) if request.door == "tools" else (200,))
        assert named(event, request, json.dumps(reply.body, allow_nan=False))


@with_samples(waiting=True)
def test_what_the_table_promises_needs_no_excuse(sample: str) -> None:
    for event in events_of(sample):
        provider = provider_of(sample)
        for key in provider.answers[event.kind].get(event.generation, frozenset()) & {"result", "error", "default"}:
            answers = [Answer({key: "x"}, tool.id) for tool in event.tools] or [Answer({key: key == "default" or "x"})]
            assert provider.reply(event, answers).problems == ()


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1.5, 2**63, 1e308, "", "x", "\x00", "{}", "[", [], [[]], {}, {"id": None}, [None]]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every member and item in a JSON value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in members for found in ((*path, key), *places(item, (*path, key)))]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Provider, RawDelivery]:
    """A sample with a few members dropped, nulled or of another type, or cut off, or with a changed byte."""
    sample = draw(st.sampled_from(SAMPLES))
    raw = load_sample(sample)
    body = raw.body
    if draw(st.booleans()):
        body = body[: draw(st.integers(0, len(body)))]
    try:
        payload = json.loads(body)
    except ValueError:
        return provider_of(sample), replace(raw, body=body)
    for _ in range(draw(st.integers(1, 4))):
        payload = changed(payload, draw)
    return provider_of(sample), replace(raw, body=json.dumps(payload).encode())


def changed(payload: Any, draw: st.DrawFn) -> Any:
    found = places(payload)
    if not found:
        return payload
    *parents, last = draw(st.sampled_from(found))
    whole = copy.deepcopy(payload)
    holder = whole
    for key in parents:
        holder = holder[key]
    if draw(st.booleans()):
        del holder[last]
    else:
        holder[last] = draw(ODD)
    return whole


@given(mutated())
def test_whatever_becomes_of_a_sample_it_is_events_with_a_reply(case: tuple[Provider, RawDelivery]) -> None:
    provider, raw = case
    events = provider.normalise(raw)
    assert events
    for event in events:
        assert event.kind in KINDS
        assert is_sound(event)
        assert Event.model_validate_json(event.model_dump_json()).kind == event.kind
        assert set(visible(event)) == set(visible_types(KINDS[event.kind]))
        assert (provider.deadline(event) is not None) == event.waits
        reply = provider.reply(event, [Answer({"result": "x"}, tool.id) for tool in event.tools])
        assert named(event, raw.request, json.dumps(reply.body, allow_nan=False))


@st.composite
def requests(draw: st.DrawFn) -> tuple[Provider, Request]:
    """A way in that the provider has, with any query."""
    provider = PROVIDERS[draw(st.sampled_from(PROVIDER_NAMES))]
    door = draw(st.sampled_from(sorted(provider.doors)))
    method = draw(st.sampled_from(sorted(provider.doors[door])))
    names = st.sampled_from(["type", "call_id", "payload", "phone_number", "x"])
    query = draw(st.dictionaries(names, st.text(st.characters(codec="utf-8"), max_size=20), max_size=3))
    return provider, Request(method, door, "a tool" if door == "tools" else "", query)


@given(requests(), st.binary(max_size=300))
def test_any_bytes_are_events(way: tuple[Provider, Request], body: bytes) -> None:
    provider, request = way
    events = provider.normalise(RawDelivery(body, request=request))
    assert events
    assert all(event.kind in KINDS and is_sound(event) for event in events)
    assert all(Event.model_validate_json(event.model_dump_json()).kind == event.kind for event in events)
