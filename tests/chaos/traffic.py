"""What the platforms send: deliveries of every kind and generation with an id of their own. Pure."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["assistant-request", "tool-calls", "status-update", "end-of-call-report"]
Generation = Literal["g1", "g2", "g3"]

GENERATIONS: tuple[Generation, ...] = ("g1", "g2", "g3")
MIX: Mapping[Kind, int] = {"assistant-request": 3, "tool-calls": 4, "status-update": 4, "end-of-call-report": 2}
WAITING: frozenset[Kind] = frozenset({"assistant-request", "tool-calls"})
CONNECTION: Mapping[Generation, str] = {"g1": "desk_g1", "g2": "desk_g2", "g3": "desk_g3"}
BUSINESS = "+31850000001"
REPEATED = 0.15
"""The share of deliveries that come more than once."""
HUNG_UP = 0.02
"""The share of waiting deliveries whose platform hangs up before it is answered."""


@dataclass(frozen=True)
class Copy:
    """One arrival of a delivery."""

    after: float
    """Seconds after the first."""
    receiver: int


@dataclass(frozen=True)
class Delivery:
    """One event of a platform, however often it arrives."""

    number: int
    at: float
    """Seconds from the first delivery."""
    kind: Kind
    generation: Generation
    copies: tuple[Copy, ...]
    hangs_up: bool = False

    @property
    def waits(self) -> bool:
        return self.kind in WAITING

    @property
    def marker(self) -> str:
        """The caller's number, by which everything that comes of the delivery is known again."""
        return marker_of(self.number)

    @property
    def call_id(self) -> str:
        return f"call-{self.number}"

    @property
    def tool_id(self) -> str:
        return f"tool-{self.number}"

    @property
    def is_known_again(self) -> bool:
        """Whether the platform sends anything by which a repetition can be told from another event."""
        return not (self.kind == "assistant-request" and self.generation == "g1")

    @property
    def patience(self) -> float:
        """Seconds the platform waits for an answer."""
        return 10.0 if self.kind == "tool-calls" and self.generation != "g1" else 5.0


def marker_of(number: int) -> str:
    return f"+316{number:08d}"


def number_of(marker: str) -> int:
    """The other direction; raises ValueError for a number that is none of ours."""
    if not marker.startswith("+316") or len(marker) != 12:
        raise ValueError(marker)
    return int(marker[4:])


def deliveries(seed: int, seconds: float, rate: float) -> Iterator[Delivery]:
    """A steady stream, `rate` a second."""
    chance = random.Random(f"traffic {seed}")
    kinds, weights = list(MIX), list(MIX.values())
    for number in range(int(seconds * rate)):
        kind = chance.choices(kinds, weights)[0]
        generation = chance.choice(GENERATIONS)
        hangs_up = kind in WAITING and chance.random() < HUNG_UP
        first = Copy(0.0, chance.randrange(2))
        once = Delivery(number + 1, number / rate, kind, generation, (first,), hangs_up)
        more = tuple(_repetitions(chance, first)) if chance.random() < REPEATED else ()
        repeats = more and once.is_known_again and not hangs_up
        yield Delivery(number + 1, number / rate, kind, generation, (first, *more), hangs_up) if repeats else once


def _repetitions(chance: random.Random, first: Copy) -> Iterator[Copy]:
    """At once or later, at the same receiver or the other one."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        after = chance.choice((0.0, 0.0, 0.01, 0.3, 2.0))
        yield Copy(after, chance.choice((first.receiver, 1 - first.receiver)))


def body_of(delivery: Delivery, began: float) -> bytes:
    """The delivery's bytes; `began` is the Unix time of the whole run's first delivery."""
    write = _flat if delivery.generation == "g1" else _wrapped
    return json.dumps(write(delivery, began + delivery.at)).encode()


def _flat(delivery: Delivery, at: float) -> dict[str, Any]:
    head = {"eventType": delivery.kind, "fromCaller": delivery.marker, "toAssistant": BUSINESS}
    millis, call = int(at * 1000), delivery.call_id
    match delivery.kind:
        case "assistant-request":
            return head
        case "tool-calls":
            task = {"taskId": delivery.tool_id, "taskName": "look_up", "taskPayload": {}}
            return head | {"eventTime": millis, "callId": call, "tasksInitiated": [task], "userMetadata": None}
        case "status-update":
            return head | {"eventTimestamp": millis, "callSession": call, "status": "in-progress"}
        case _:
            told = {"transcriptText": "AI: Dag.", "summaryText": "A short call.", "callLengthSeconds": 12.5}
            return head | {"eventTimestamp": millis, "callId": call} | told


def _wrapped(delivery: Delivery, at: float) -> dict[str, Any]:
    third = delivery.generation == "g3"
    status = {"assistant-request": "ringing", "end-of-call-report": "ended"}.get(delivery.kind, "in-progress")
    message: dict[str, Any] = {
        "type": delivery.kind,
        "timestamp": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "call": {"id": delivery.call_id, "status": status},
        "phone_number" if third else "phoneNumber": {"number": BUSINESS},
        "customer": {"number": delivery.marker},
    }
    if delivery.kind == "tool-calls":
        tool = {"id": delivery.tool_id, "type": "function", "function": {"name": "look_up", "arguments": {}}}
        message["tool_call_list" if third else "toolCallList"] = [tool]
    if delivery.kind == "end-of-call-report":
        message |= {"duration_seconds" if third else "durationSeconds": 12, "summary": "A short call."}
    return {"message": message}
