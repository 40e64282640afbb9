"""A store as it is after a week of calls: a few are handled for real, and their keys are copied until there are enough.

A call has eight events: it asks for its assistant, changes its status three times, calls three tools and is reported.
Of five reports three are short, one is of 12 kB and one, of 30 kB, is kept compressed.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
from redis import Redis

from benchmarks.contenders import hookswitch
from benchmarks.processes import BenchError, free_port, python, running, until
from benchmarks.traffic import PATH, signed
from receiver.providers.samples import load_sample
from store import keys
from store.caller import Caller
from store.deadletters import DeadLetter
from store.events import pack, unpack

EVENTS_A_CALL = 8
REPORTS = (2_500, 2_500, 3_500, 12_000, 30_000)
"""Bytes; one for each call that is handled for real."""
SAID = b"I want to move my appointment."
MENTION = b"Please call 06 55 51 23 45 now"
"""As long as what it stands for, so that places in a body stay what they are."""
ADA = Caller("31", "655512345")
HER_CALLS, MENTIONS = 25, 5
WEEK_MS = 7 * 24 * 3600 * 1000
DEDUP_MS = 72 * 3600 * 1000
AT_ONCE = 50
"""Calls written in one round trip."""
LETTERS = 2_000
RULES = {
    "greet": """\
description: Every caller reaches the day desk.
on: assistant-request
answer: { assistant: asst_day }
""",
    "look_up": """\
description: A day that somebody asks for is free.
on: tool-calls
answer: { result: That day is free. }
""",
    "remember": """\
description: What a call was about is remembered.
on: end-of-call-report
steps:
  - action: memory.set
    with: { scope: caller, key: last, value: "${{ report.summary }}" }
  - { action: log, with: { message: "${{ report.summary }}" } }
""",
    "nobody": """\
description: Nobody calls from there.
on: [assistant-request, status-update, tool-calls, end-of-call-report]
if: call.from == "+4912345678"
steps: [{ action: log, with: { message: seen } }]
""",
}
_TALK = """\
appointment day morning invoice number street please thank you could we move it to another because my daughter is ill
and the doctor said that Thursday would be better for her if there is still a place free at nine or ten"""


@dataclass(frozen=True)
class Pattern:
    """The keys of one call that was handled, with their values; its indexes are written anew."""

    call: bytes
    caller: bytes
    events: tuple[bytes, ...]
    """Their ids, the oldest first."""
    hashes: tuple[tuple[bytes, Mapping[bytes, bytes]], ...]
    strings: tuple[tuple[bytes, bytes], ...]


def fill(folder: Path, url: str, events: int) -> None:
    """Write so many events, a week of them until now. The server must be new, and is told not to write its file."""
    with Redis.from_url(url, socket_timeout=60) as redis:
        redis.config_set("appendonly", "no")
        patterns = handled(folder, url, redis)
        calls, chance = max(1, events // EVENTS_A_CALL), random.Random(7)  # noqa: S311 - no secret
        now = round(time.time() * 1000)
        for begin in range(0, calls, AT_ONCE):
            with redis.pipeline(transaction=False) as pipeline:
                for number in range(begin, min(begin + AT_ONCE, calls)):
                    moment = now - WEEK_MS + number * WEEK_MS // calls
                    copy = Copy(patterns[number % len(patterns)], number, _caller(number, calls, chance), moment)
                    copy.write(pipeline, now, mentions=number % max(2, calls // MENTIONS) == 1)
                pipeline.execute()
        _letters(redis, now)
        redis.config_set("appendonly", "yes")
        until(lambda: not redis.info("persistence")["aof_rewrite_in_progress"], "the store's file", 900)


def _caller(number: int, calls: int, chance: random.Random) -> bytes:
    hers = number % max(1, calls // HER_CALLS) == 0 and number // max(1, calls // HER_CALLS) < HER_CALLS
    return ADA.e164.encode() if hers else b"+316%08d" % chance.randrange(10**8)


def handled(folder: Path, url: str, redis: Any) -> list[Pattern]:
    """Calls of each length of report, taken in, answered and worked off by the real processes."""
    environ = hookswitch.environment(folder, url, "everysec", RULES, "")
    port = free_port()
    with ExitStack() as stack:
        serving = python("console", "serve", "--port", str(port))
        stack.enter_context(running(serving, folder / "receiver.log", environ=environ, port=port))
        stack.enter_context(running(python("console", "work"), folder / "worker.log", environ=environ))
        until(lambda: redis.zcard(keys.WORKERS), "the worker")
        for number, size in enumerate(REPORTS):
            _place(port, number, size)
        until(lambda: not redis.zcard(keys.OPEN), "the calls that are handled for real")
    patterns = [_pattern(redis, number) for number in range(len(REPORTS))]
    for pattern in patterns:
        for name, _ in (*pattern.hashes, *pattern.strings):
            redis.delete(name)
        redis.zrem(keys.EVENTS, *pattern.events)
        redis.zrem(keys.CALLS, b"bench:" + pattern.call)
        redis.delete(keys.CALL.encode() + b"bench:" + pattern.call)
    return patterns


def _ids(number: int) -> tuple[str, str]:
    return f"9999999{number}-2222-4333-8444-555555555555", f"+3167770000{number}"


def _place(port: int, number: int, size: int) -> None:
    """One call, delivered as the platform would."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as client:
        for body in _bodies(number, size):
            client.post(PATH, content=body, headers=signed(body)).raise_for_status()


def _bodies(number: int, size: int) -> Iterator[bytes]:
    call, caller = _ids(number)
    names = ("assistant-request__g3", "status-update__g3", "tool-calls__g3", "tool-calls__g3", "tool-calls__g3",
             "status-update__g3_transferred", "status-update__g3_ended", "end-of-call-report__g3")  # fmt: skip
    for place, name in enumerate(names):
        document = orjson.loads(load_sample(f"flireo/{name}").body)
        message = document["message"]
        message["timestamp"] = f"2026-10-01T10:04:{10 + place}.000Z"
        message["call"]["id"], message["customer"]["number"] = call, caller
        for tool in message.get("tool_call_list", ()):
            tool["id"] = f"tool_{place}"
        if name.startswith("end-of-call"):
            message["messages"] = [*message["messages"], *_turns(number, size - len(orjson.dumps(message)))]
        yield orjson.dumps(document)


def _turns(number: int, size: int) -> Iterable[Mapping[str, str]]:
    chance, roles = random.Random(number), ("assistant", "user")  # noqa: S311 - no secret
    while size > 0:
        text = " ".join(chance.choices(_TALK.split(), k=14))
        size -= len(text) + 34
        yield {"role": roles[size % 2], "content": text.capitalize() + "."}


def _pattern(redis: Any, number: int) -> Pattern:
    call, caller = (each.encode() for each in _ids(number))
    events = tuple(redis.zrange(keys.CALL.encode() + b"bench:" + call, 0, -1))
    hashes, strings = [], []
    for name in sorted(redis.scan_iter(count=1000)):
        kind = redis.type(name)
        if kind == b"hash" and any(each in name for each in (*events, call, caller)):
            hashes.append((name, redis.hgetall(name)))
        elif kind == b"string" and (name.startswith(keys.DEDUP.encode()) or any(each in name for each in events)):
            value = redis.get(name)
            if any(each in name + value for each in events):
                strings.append((name, value))
    if len(events) != EVENTS_A_CALL:
        raise BenchError(f"{len(events)} events of a call of {EVENTS_A_CALL}")
    return Pattern(call, caller, events, tuple(hashes), tuple(strings))


@dataclass(frozen=True)
class Copy:
    """One call more."""

    pattern: Pattern
    number: int
    caller: bytes
    moment: int
    """When it began, Unix milliseconds."""

    def write(self, pipeline: Any, now: int, *, mentions: bool) -> None:
        """Everything of it, as if it had been handled then; where it `mentions`, somebody names Ada's number."""
        call = self._call
        texts = [(self.pattern.call, call), (self.pattern.caller, self.caller)]
        texts += [(old, self._event(place)) for place, old in enumerate(self.pattern.events)]
        if mentions and self.caller != ADA.e164.encode():
            texts.append((SAID, MENTION))
        for name, fields in self.pattern.hashes:
            pipeline.hset(
                _put(name, texts),
                mapping=self._dated(name, {_put(f, texts): _put_in(f, v, texts) for f, v in fields.items()}),
            )
        for name, value in self.pattern.strings:
            fresh = max(1, DEDUP_MS - (now - self.moment))
            if name.startswith(keys.DEDUP.encode()) and fresh > 1:
                pipeline.set(
                    keys.DEDUP.encode() + b"bench:" + self._event(self.pattern.events.index(value)),
                    _put(value, texts),
                    px=fresh,
                )
            elif not name.startswith(keys.DEDUP.encode()):
                pipeline.set(_put(name, texts), _put(value, texts))
        ids = {self._event(place): self.moment + place * 9_000 for place in range(EVENTS_A_CALL)}
        pipeline.zadd(keys.EVENTS, ids)
        pipeline.zadd(keys.CALL.encode() + b"bench:" + call, ids)
        pipeline.zadd(keys.CALLS, {b"bench:" + call: max(ids.values())})

    @property
    def _call(self) -> bytes:
        text = hashlib.md5(b"%d" % self.number, usedforsecurity=False).hexdigest()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])).encode()

    def _event(self, place: int) -> bytes:
        return b"evt_%012x%020x" % (self.moment + place * 9_000, self.number * EVENTS_A_CALL + place)

    def _dated(self, name: bytes, fields: dict[bytes, bytes]) -> dict[bytes, bytes]:
        if name.startswith(keys.EVENT.encode()):
            at = self.moment + self.pattern.events.index(name.removeprefix(keys.EVENT.encode())) * 9_000
            fields |= {b"received": b"%d" % at, b"done_at": b"%d" % (at + 40)}
        return fields


def _put(value: bytes, texts: Iterable[tuple[bytes, bytes]]) -> bytes:
    for old, new in texts:
        value = value.replace(old, new)
    return value


def _put_in(field: bytes, value: bytes, texts: Iterable[tuple[bytes, bytes]]) -> bytes:
    if value[:1] == b"z" and (field == b"body" or field.startswith(b"bundle:")):
        return pack(_put(unpack(value), texts))
    return _put(value, texts)


def _letters(redis: Any, now: int) -> None:
    """Work of other events that was given up."""
    with redis.pipeline(transaction=False) as pipeline:
        for number in range(LETTERS):
            event = f"evt_{number:032x}"
            letter = DeadLetter(event, event, f"rule_{number % 7}", "post", f"status {500 + number % 5}", 5, "bench")
            pipeline.hset(keys.DEAD_LETTER + event, mapping={"letter": letter.to_json(), "died": now - number * 1000})
            pipeline.zadd(keys.DEAD, {event: now - number * 1000})
        pipeline.execute()
