"""Two callers whose traces lie everywhere one can lie, and a search for bytes that knows nothing of our keys."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import orjson

from store.answers import CellAnswer
from store.client import Store
from store.deadletters import DeadLetter
from store.event import Call, Event
from store.events import Acceptance, bundled
from store.runs import RunId
from store.spool import Spool
from tests.store.builders import ALL_LANES, accept, an_event

ADA, BOB, LINE = "+31612340001", "+31687650002", "+31850000001"
TAIL = re.compile(rb"6\W*1\W*2\W*3\W*4\W*0\W*0\W*0\W*1")
"""The digits that are in every notation of Ada's number."""


async def done(store: Store, event: Event, number: str, body: bytes = b"") -> Event:
    """An event that is over, with the number in everything that belongs to one."""
    sent = body or orjson.dumps({"customer": {"number": number}, "said": f"call me at {number[3:]}"})
    await store.events.accept(Acceptance(event, sent, {"x-caller": number.replace("+", "%2B")}))
    batch = await store.queue.claim("w", ALL_LANES)
    claim = next(job.claim for job in batch.jobs if job.claim.job_id == event.id)
    run_id = RunId(event.id, "tell")
    step = orjson.dumps({"state": "done", "attempts": [{"sent": number}]})
    journal = {"version": b"v1", "step:s": step, "step:s2": step}
    await store.runs.keep_version("v1", b"rule")
    await store.runs.write(claim, run_id, journal, orjson.dumps({"caller": {"number": number}}))
    await store.answers.settle(claim, event.id, "", CellAnswer("rule", {"say": number}, "tell"))
    trace = {"rule:tell:": orjson.dumps({"rule": "tell", "outcome": "ran", "seen": number})}
    trace |= bundled(claim.job_id, {f"rule:{index}:": {"seen": number, "text": "x" * 400} for index in range(60)})
    await store.memory.set(f"caller:{number}", "name", "somebody", None, f"{run_id}/s")
    await store.memory.set(f"call:desk:{event.call.id}", "number", number, None, f"{run_id}/s2")
    await store.queue.finish(claim, event.id, trace)
    return event


def call_of(number: str, call: str, **fields: str) -> Call:
    return Call(id=call, from_=number, to=LINE, **fields)


async def life_of(store: Store, number: str, call: str) -> list[Event]:
    """Events of one caller, of every sort."""
    events = [
        await done(store, an_event(call=call_of(number, call), dedup_key=f"{call}:{number}"), number),
        await done(store, an_event(call=Call(id=call)), "", b'{"status": "ended"}'),
        await done(store, an_event("end-of-call-report", call=call_of(number, f"{call}-2")), number,
                   orjson.dumps({"transcript": "x" * 20_000, "number": f"00{number[1:]}"})),
        await done(store, an_event(call=Call(id=f"{call}-3", from_=LINE, to=number, direction="outbound")), number),
        await done(store, an_event("unreadable", call=Call()), "", f"tel 0{number[3:5]}-{number[5:]}".encode()),
    ]  # fmt: skip
    await dies(store, an_event(call=call_of(number, f"{call}-4")), number)
    later = an_event("emitted", name="call_back", call=call_of(number, call), data={"number": number})
    await accept(store, later, due_in=3600)
    repeated = Acceptance(an_event(call=call_of(number, call), dedup_key=f"{call}:{number}"), b"{}")
    await store.events.accept_spooled(repeated)
    return [*events, later]


async def dies(store: Store, event: Event, number: str) -> None:
    await accept(store, event)
    batch = await store.queue.claim("w", ALL_LANES)
    claim = next(job.claim for job in batch.jobs if job.claim.job_id == event.id)
    letter = DeadLetter(event.id, event.id, "tell", "post", f"{number} is busy", 5, "desk", event.kind)
    await store.dead.bury(claim, letter)
    await store.queue.finish(claim, event.id, {}, outcome="dead")


async def spooled(folder: Path, *numbers: str) -> None:
    """An event of each that waits on disk, and one that has been brought before and left its bytes in the file."""
    spool = Spool(folder, 10_000_000)
    for number in numbers:
        event = an_event(call=call_of(number, f"spooled-{number}"))
        await spool.append([Acceptance(event, orjson.dumps({"number": number, "pad": "x" * 5000}))])


async def looked_at_by_somebody(store: Store, event: Event) -> None:
    token, session = await store.sessions.begin("anna", "grounds")
    await store.sessions.reveal(token, session, event.id)


async def whole(store: Store) -> dict[bytes, bytes]:
    """Every key with its value, read as the server gives it; indexes of ids too."""
    found: dict[bytes, bytes] = {}
    async for key in store.redis.scan_iter(count=1000):
        found[key] = repr(await _value(store, key)).encode()
    return found


async def _value(store: Store, key: bytes) -> object:
    kind = (await store.redis.type(key)).decode()
    name = key.decode()
    if kind == "hash":
        fields = await store.redis.hgetall(name)  # type: ignore[misc]
        return [(field, _unpacked(field, value)) for field, value in sorted(fields.items())]
    readers = {
        "string": ("GET", name), "list": ("LRANGE", name, 0, -1), "set": ("SMEMBERS", name),
        "zset": ("ZRANGE", name, 0, -1), "stream": ("XRANGE", name, "-", "+"),
    }  # fmt: skip
    value = await store.redis.execute_command(*readers[kind])  # type: ignore[no-untyped-call]
    return sorted(value) if kind == "set" else value


def _unpacked(field: bytes, value: bytes) -> bytes:
    packed = value[:1] == b"z" and (field == b"body" or field.startswith(b"bundle:"))
    return zlib.decompress(value[1:]) if packed else value


async def telling(store: Store) -> set[bytes]:
    """Keys in whose name or value the number stands."""
    return {key for key, value in (await whole(store)).items() if TAIL.search(key) or TAIL.search(value)}


def telling_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and TAIL.search(path.read_bytes())]
