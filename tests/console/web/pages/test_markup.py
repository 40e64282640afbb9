"""Whatever a caller, an agent, a platform or an ops person writes is text on every page, never markup."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from store import keys
from store.deadletters import DeadLetter
from store.event import Call, Event, Message, Report, ToolCall, Transcript
from store.numbers import Asked, Pin
from store.pauses import EVERYTHING
from store.roster import Note
from store.tallies import Tallies
from tests.console.test_missed import MISSED
from tests.console.web.pages.support import House, Reader

EVIL = (
    """'"></td></pre><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a>"""
    "{{ 7*7 }}\u202e\x1b[2J"
)
HANDLERS = ("onerror", "onclick", "onload", "style")


async def fill(desk: House) -> None:
    """Markup in every field of everything that pages show."""
    fill_rules(desk)
    await fill_events(desk)
    await fill_work(desk)
    await fill_numbers(desk)
    await break_a_rule(desk)


def fill_rules(desk: House) -> None:
    """A rule in force."""
    told = {name: orjson.dumps(text).decode() for name, text in (("evil", EVIL), ("link", f"javascript:{EVIL}"))}
    desk.shop.rule(
        "evil",
        f"description: {told['evil']}\nowner: {told['evil']}\nrunbook: {told['link']}\non: {{ tool-calls: find }}\n"
        f"if: tool.id != {orjson.dumps(EVIL[:20]).decode()}\nanswer: {{ result: {told['evil']} }}\n",
    )


async def fill_events(desk: House) -> None:
    """One event of each sort that has a page of its own."""
    call = Call(id=EVIL, from_=EVIL, to=EVIL, direction=EVIL, status=EVIL, ended_reason=EVIL, metadata={EVIL: EVIL})
    about = {"connection": "desk", "provider": "flireo", "generation": EVIL, "native": EVIL, "call": call, "name": EVIL}
    tools = [ToolCall(id=EVIL, name="find", arguments={EVIL: EVIL}), ToolCall(id="t2", name=EVIL)]
    said = Message(text=EVIL, role=EVIL)
    events = [
        Event(id="evt_a1", kind="tool-calls", tools=tools, **about),
        Event(id="evt_a2", kind="message", message=said, problem=EVIL, replay_of=EVIL, **about),
        Event(id="evt_a3", kind="transcript", transcript=Transcript(text=EVIL), **about),
        Event(id="evt_a4", kind="end-of-call-report", report=Report(summary=EVIL), data={EVIL: [EVIL]}, **about),
        Event(id="evt_a5", kind="unreadable", **about),
    ]
    body = orjson.dumps({EVIL: {EVIL: EVIL}})
    for event in events:
        await desk.handled(event, body if event.kind != "unreadable" else EVIL.encode())


async def fill_work(desk: House) -> None:
    """What is dead, paused, counted, missed, and who works."""
    letter = DeadLetter("run:x", "evt_a1", EVIL, EVIL, EVIL, 1, EVIL, EVIL)
    await desk.store.redis.hset(keys.DEAD_LETTER + "run:x", mapping={"letter": letter.to_json(), "died": 5})  # type: ignore[misc]
    await desk.store.redis.zadd(keys.DEAD, {"run:x": 5})
    await desk.store.pauses.begin(EVERYTHING, EVIL, EVIL)
    await desk.store.roster.write(EVIL, Note(frozenset(), {"evil": EVIL}, True))
    await Tallies(desk.store.redis).add({("rule", EVIL, EVIL): 1, ("event", EVIL, EVIL, EVIL, EVIL): 1})
    missed = {"call": EVIL, "ended_at": EVIL, "event": "", "why": EVIL}
    await desk.store.reconciles.keep_last({"desk": MISSED | {"at": EVIL, "calls": [missed]}})


async def fill_numbers(desk: House) -> None:
    """A number that is kept, with its past."""
    past = {"at_ms": 1, **dict.fromkeys(("connection", "number", "what", "from", "to", "by", "why"), EVIL)}
    await desk.store.numbers.note((await desk.store.numbers.tend(EVIL, 60)).token, {}, [past])
    await desk.store.numbers.pin(f"{EVIL}/{EVIL}", Pin(EVIL, EVIL, 1))
    texts = dict.fromkeys(("connection", "number", "wanted", "present", "present_name", "why", "held"), EVIL)
    row = {**texts, "until_ms": 0, "state": "drift", "since_ms": 0, "done": False, "again": False}
    await desk.store.numbers.keep_look(
        {"at_ms": 1, "file": EVIL, "mode": EVIL, "timezone": "UTC", "every": 900, "rows": [row]}
    )


async def break_a_rule(desk: House) -> None:
    """A rule that is refused; nothing is worked on with it in the folder."""
    broken = f"description: x\non: assistant-request\nif: {orjson.dumps(EVIL).decode()}\nanswer: {{ x: 1 }}\n"
    await asyncio.to_thread((desk.rules / "broken.yaml").write_text, broken)


PAGES = (
    "/events", "/events?text={evil}&number={evil}&call={evil}&since={evil}&cursor={evil}",
    "/events/evt_a1", "/events/evt_a2", "/events/evt_a3", "/events/evt_a4", "/events/evt_a5",
    "/events/evt_a1/rehearsal", "/events/evt_a1/test?rule=evil", "/calls", "/calls/evt_a1", "/rules", "/rules/evil",
    "/rules/broken", "/try?event={evil}", "/try?event=evt_a1", "/dead", "/connections", "/connections/desk", "/numbers",
    "/system", "/system/examined", "/audit",
)  # fmt: skip


def injected(text: str) -> list[str]:
    """What is on the page that no template of ours puts there."""
    wrong = [f"<{tag} {name}>" for tag, names in Reader(text).found for name in names if name in HANDLERS]
    tags = [tag for tag, _ in Reader(text).found]
    wrong += ["script"] * (tags.count("script") - 1) + ["img"] * (tags.count("img") - 1)
    return wrong + (["javascript:"] if 'href="javascript:' in text else []) + (["49"] if "x</a>49" in text else [])


async def test_no_page_has_an_element_that_somebody_else_wrote(desk: House) -> None:
    await fill(desk)
    for path in PAGES:
        text = await desk.see(path.replace("{evil}", "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%3Cimg%20src=x%3E"))
        assert injected(text) == [], path
        assert "\x1b" not in text, path
    for path, on, fields in (
        ("/try", "/try", {"event": "evt_a1", "expression": EVIL.replace("\u202e", "")}),
        ("/try", "/try", {"event": "evt_a1", "expression": 'tool.id + "<img src=x>"'}),
    ):
        assert injected((await desk.browser.send(path, on=on, **fields)).text) == []
    group = (await desk.see("/dead")).split('href="/dead/')[1].split('"')[0]
    assert injected(await desk.see(f"/dead/{group}")) == []
    number = (await desk.see("/numbers")).split('href="/numbers/')[1].split('"')[0]
    assert injected(await desk.see(f"/numbers/{number}")) == []
    asked = Asked("look", EVIL, 1)
    await desk.store.numbers.tell(
        asked, {"state": "done", "wish": "look"} | (await desk.store.numbers.look() or {}), over=True
    )
    assert injected(await desk.see(f"/numbers/asked/{asked.id}")) == []


@pytest.mark.parametrize("text", ["<script>1</script>", '<a href="javascript:1">', "<p onclick=x>", "<img><img>"])
def test_what_is_injected_would_be_seen(text: str) -> None:
    assert injected(f"<script></script>{text}") != []
