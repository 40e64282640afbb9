from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.past.compare import Change, Comparison, Group, compare, differences
from console.past.dryrun import rehearse_event
from console.past.pastbook import past_of
from rules.engine.rule import Rule, in_order
from store.client import Store
from store.event import Call, Event, new_event_id
from store.runs import RunId
from store.survey import Span
from tests.console.support import CALLER, FOUND, LOOK_UP, NIGHT, call_comes_in, journal, keep, rules_of, tool_is_run
from workers.desk import event_view

DAY = "description: Everybody.\non: assistant-request\npriority: 200\nanswer: { assistant: day }\n"
LOG = "steps:\n  - action: log\n    with: { message: seen }\n"


async def differences_of(store: Store, before: tuple[Path, dict[str, str]], after: dict[str, str]) -> list[Change]:
    folder, texts = before
    heard: list[Change] = []
    old, new = rules_of(folder / "now", **texts), rules_of(folder / "then", **after)
    found = await compare(store, Span(), old, new, hear=heard.append)
    assert found.events >= 1
    assert found.changes == len(heard)
    return heard


def with_call(id_: str = "", **call: str) -> Event:
    return call_comes_in(id=id_ or new_event_id()).model_copy(update={"call": Call(**call)})


async def test_the_same_rules_change_nothing(store: Store, tmp_path: Path) -> None:
    await keep(store, call_comes_in())
    assert await differences_of(store, (tmp_path, {"night": NIGHT, "day": DAY}), {"night": NIGHT, "day": DAY}) == []


async def test_another_answer_is_a_change(store: Store, tmp_path: Path) -> None:
    await keep(store, call_comes_in())
    (change,) = await differences_of(store, (tmp_path, {"night": NIGHT}), {"night": NIGHT.replace("night }", "late }")})
    assert (change.event, change.about) == ("evt_1", "answer")
    assert (change.before["answer"], change.after["answer"]) == ({"assistant": "night"}, {"assistant": "late"})


async def test_another_rule_that_answers_is_a_change(store: Store, tmp_path: Path) -> None:
    await keep(store, call_comes_in())
    abroad = NIGHT.replace('"NL"', '"DE"')
    found = await differences_of(store, (tmp_path, {"night": NIGHT, "day": DAY}), {"night": abroad, "day": DAY})
    told = {change.about: (change.before, change.after) for change in found}
    assert told["rule night"] == ("ran", "not_matched")
    assert told["rule day"] == ("overtaken", "ran")
    assert told["answer"][1]["rule"] == "day"


async def test_a_new_rule_that_does_not_match_changes_nothing(store: Store, tmp_path: Path) -> None:
    await keep(store, call_comes_in())
    abroad = NIGHT.replace('"NL"', '"DE"')
    assert await differences_of(store, (tmp_path, {"day": DAY}), {"day": DAY, "abroad": abroad}) == []


async def test_a_new_rule_that_is_overtaken_changes_nothing(store: Store, tmp_path: Path) -> None:
    await keep(store, call_comes_in())
    assert await differences_of(store, (tmp_path, {"night": NIGHT}), {"night": NIGHT, "day": DAY}) == []


async def test_another_request_is_a_change(store: Store, tmp_path: Path) -> None:
    await keep(store, tool_is_run("find"))
    found = await differences_of(
        store, (tmp_path, {"look_up": LOOK_UP}), {"look_up": LOOK_UP.replace("customers", "people")}
    )
    (change,) = [each for each in found if each.about == "step look_up/customer"]
    assert change.after["with"]["url"] == "https://crm.example.com/people"
    assert change.tool == "call_1"


async def test_it_leaves_no_trace(store: Store, tmp_path: Path) -> None:
    await keep(store, tool_is_run("find"))
    before = {key: await store.redis.dump(key) for key in await store.redis.keys("*")}
    await compare(store, Span(), rules_of(tmp_path, look_up=LOOK_UP), ())
    assert {key: await store.redis.dump(key) for key in await store.redis.keys("*")} == before


async def test_changes_of_one_sort_are_one_group(store: Store, tmp_path: Path) -> None:
    for number in range(3):
        await keep(store, with_call(f"evt_{number}", from_=f"{CALLER[:-1]}{number}"))
    text = "description: x\non: assistant-request\nanswer: { assistant: 'a-${{ call.from }}' }\n"
    old, new = rules_of(tmp_path / "now", x=text), rules_of(tmp_path / "then", x=text.replace("a-", "b-"))
    seen: list[int] = []
    found = await compare(store, Span(), old, new, looked_at=seen.append)
    (group,) = found.groups.values()
    assert (group.count, group.example.about, found.changed_events, sum(seen)) == (3, "answer", 3, 3)


def test_items_of_a_step_are_one_sort() -> None:
    found = Comparison()
    for index in range(3):
        step = {"action": "log", "with": {"message": str(index)}}
        found.add(Change("e", "message", 0, "", f"step x/y#{index}", step, None))
    found.add(Change("e", "message", 0, "", "step x/y#0", None, {"action": "log", "with": {}}))
    assert [(group.count, group.example.about) for group in found.groups.values()] == [
        (3, "step x/y#0"),
        (1, "step x/y#0"),
    ]
    assert isinstance(next(iter(found.groups.values())), Group)


async def test_a_rule_that_would_not_match_is_still_overtaken_first(store: Store, tmp_path: Path) -> None:
    await keep(store, call_comes_in())
    stranger = DAY.replace("answer", "if: call.from == ''\nanswer")
    found = await differences_of(store, (tmp_path, {"late": DAY}), {"early": NIGHT, "late": stranger})
    assert {change.about: change.after for change in found if change.about == "rule late"} == {"rule late": "overtaken"}


# --- the fast way decides as the plain one ----------------------------------------------------------------------------

EARLY = """
description: early
on: assistant-request
priority: 1
if: call.from == '+31612340001'
answer: { assistant: a }
"""
VARIANTS: dict[str, list[str]] = {
    "early": [
        EARLY,
        EARLY.replace("early", "another text"),
        EARLY.replace("== '+31612340001'", "!= ''").replace("assistant: a", "assistant: b"),
        EARLY.replace("call.from == '+31612340001'", "int(call.to) > 3"),
    ],
    "late": [
        DAY,
        f"mode: shadow\n{DAY}",
        f"enabled: false\n{DAY}",
        DAY.replace("assistant: day", 'assistant: "${{ vars.agent }}"'),
        DAY.replace("priority", "if: has(memory.caller.vip)\npriority"),
        DAY.replace("priority", "if: raw.message.type == 'assistant-request'\npriority"),
        DAY.replace("assistant-request", "tool-calls").replace("assistant: day", "result: yes"),
    ],
    "look_up": [
        LOOK_UP,
        LOOK_UP.replace("customers", "people"),
        LOOK_UP.replace("answer:", "answer:\n  - if: tool.id == 'call_2'\n    result: second"),
        LOOK_UP.replace("find", "[find, other]"),
        LOOK_UP.replace("accept: [404]", 'headers: { a: "${{ secrets.crm }}" }'),
    ],
    "note": [
        f"description: n\non: [assistant-request, status-update]\n{LOG}",
        f"description: n\non: [assistant-request, status-update]\nif: call.to != ''\n{LOG}",
        f"description: n\non: {{ native: status-update }}\nif: call.status == 'ended'\n{LOG}",
        "description: n\non: { status-update: ended }\n" + LOG.replace("seen", "\"${{ raw.message.?x.orValue('') }}\""),
        "description: n\non: { status-update: ended }\n" + LOG.replace("seen", '"${{ vars.agent }}"'),
    ],
    "last": [
        f"description: l\non: [assistant-request, status-update]\nbackstop: true\n{LOG}",
        f"description: m\non: status-update\nbackstop: true\n{LOG}",
        "description: l\non: [assistant-request]\nbackstop: true\nanswer: { assistant: last }\n",
    ],
}  # fmt: skip
CONSTANTS = ["", "agent: one\n", "agent: one\nother: 2\n", "agent: two\n"]

Choice = dict[str, tuple[int, int]]
choices = st.fixed_dictionaries(
    {},
    optional={name: st.tuples(st.integers(0, len(texts) - 1), st.integers(1, 3)) for name, texts in VARIANTS.items()},
)


@cache
def one_rule(name: str, variant: int, constants: int) -> Rule:
    with TemporaryDirectory() as folder:
        (Path(folder) / "vars.yaml").write_text(CONSTANTS[constants], encoding="utf-8")
        (rule,) = rules_of(Path(folder), **{name: VARIANTS[name][variant]})
        return rule


def folder_of(choice: Choice) -> tuple[Rule, ...]:
    return in_order(one_rule(name, variant, constants) for name, (variant, constants) in choice.items())


async def history(store: Store) -> list[str]:
    """Events of all kinds that the rules hear; one has a journal, one a caller who is remembered."""
    body = b'{"message": {"type": "assistant-request", "x": null}}'
    claim = await keep(store, tool_is_run("find", "other", "find"))
    await journal(store, claim, RunId("evt_1", "look_up", "call_3"), customer=FOUND)
    numbers = [(CALLER, "5"), ("+491", "x"), ("", ""), ("+492", "2")]
    events = [with_call(from_=caller, to=to) for caller, to in numbers]
    for kind, status in (("status-update", "ended"), ("status-update", ""), ("unknown", ""), ("message", "")):
        heard = with_call(from_=CALLER, status=status)
        events.append(heard.model_copy(update={"kind": kind, "native": "status-update"}))
    events.append(tool_is_run(id=new_event_id()))
    for event in events:
        await keep(store, event, body)
    await store.memory.set("caller:+491", "vip", True, None, "operation")
    return ["evt_1", *(event.id for event in events)]


async def plainly(store: Store, ids: list[str], before: tuple[Rule, ...], after: tuple[Rule, ...]) -> list[Change]:
    found: list[Change] = []
    for event_id in ids:
        stored = await store.events.get(event_id)
        assert stored is not None
        views = event_view(stored.event), event_view(stored.event)
        old, new = [
            rehearse_event(rules, view, await past_of(store, stored, view, rules))
            for rules, view in zip((before, after), views, strict=True)
        ]
        found += differences(views[0], stored.received_ms, old, new)
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=choices, after=choices)
async def test_what_is_left_out_would_have_changed_nothing(store: Store, before: Choice, after: Choice) -> None:
    await store.redis.flushdb()
    ids = await history(store)
    old, new = folder_of(before), folder_of(after)
    heard: list[Change] = []
    found = await compare(store, Span(), old, new, hear=heard.append)
    assert found.events == len(ids)
    assert sorted(map(repr, heard)) == sorted(map(repr, await plainly(store, ids, old, new)))
