"""Plans and deliveries for tests of mappings."""

from __future__ import annotations

import json
from typing import Any

from receiver.providers.mapping.events import events_of
from receiver.providers.mapping.plan import BadMapping, Plan, plan_of
from receiver.raw import RawDelivery
from store.event import Event
from store.request import PLAIN, Request


def plan(**written: Any) -> Plan:
    return plan_of(json.dumps(written))


def faults(**written: Any) -> list[tuple[str, str]]:
    """The keys that lead to each problem, with a dot between, and its sentence."""
    try:
        plan(**written)
    except BadMapping as error:
        return [(".".join(problem.path), problem.message) for problem in error.problems]
    return []


def delivery(payload: Any, request: Request = PLAIN, **headers: str) -> RawDelivery:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return RawDelivery(body, {name.replace("_", "-"): value for name, value in headers.items()}, request)


def events(payload: Any, written: dict[str, Any], request: Request = PLAIN, **headers: str) -> list[Event]:
    return events_of(delivery(payload, request, **headers), plan(**written), "generic")


def event(payload: Any, request: Request = PLAIN, /, **written: Any) -> Event:
    (found,) = events(payload, written, request)
    return found
