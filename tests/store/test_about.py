from __future__ import annotations

import asyncio
from contextvars import copy_context

from store.about import about, now_about, now_on
from store.event import Call
from tests.store.builders import an_event


def test_a_task_about_nothing_names_nothing() -> None:
    assert copy_context().run(about) == {}


def test_what_is_known_of_the_event_is_named() -> None:
    event = an_event(connection="desk", call=Call(id="call-7"))

    def told() -> dict[str, str]:
        now_about(event)
        return about()

    assert copy_context().run(told) == {"event_id": event.id, "connection": "desk", "call_id": "call-7"}


def test_an_id_alone_is_named_only_if_it_is_that_of_an_event() -> None:
    def told(name: str) -> dict[str, str]:
        now_about(name)
        return about()

    assert copy_context().run(told, "evt_0123") == {"event_id": "evt_0123"}
    assert copy_context().run(told, "reconcile:1") == {}


async def test_tasks_side_by_side_are_about_their_own() -> None:
    async def one(name: str) -> dict[str, str]:
        now_about(name)
        await asyncio.sleep(0)
        return about()

    first, second = await asyncio.gather(asyncio.create_task(one("evt_a")), asyncio.create_task(one("evt_b")))
    assert (first, second) == ({"event_id": "evt_a"}, {"event_id": "evt_b"})


def test_a_delivery_that_is_no_event_yet_names_its_connection() -> None:
    def told(connection: str, known: str = "") -> dict[str, str]:
        now_about(known)
        now_on(connection)
        return about()

    assert copy_context().run(told, "desk") == {"connection": "desk"}
    assert copy_context().run(told, "") == {}
    assert copy_context().run(told, "desk", "evt_0123") == {"event_id": "evt_0123"}
