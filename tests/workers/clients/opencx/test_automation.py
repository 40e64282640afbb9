from __future__ import annotations

from typing import Any

import pytest

from tests.workers.clients.support import Platform, Seen, refused, session
from workers.clients.errors import InDoubtError
from workers.clients.opencx.automation import AgentActions, Sequences, Workflows


async def test_a_sequence_from_its_making_to_its_end() -> None:
    shown = {"id": "q", "status": "pending"}
    platform = Platform(
        {
            "POST /sequences": shown,
            "GET /sequences/q": shown,
            "PATCH /sequences/q": shown,
            "PUT /sequences/q/start": {},
            "PUT /sequences/q/cancel": {},
            "POST /sequences/q/contacts": {"run_id": "r"},
        }
    )
    client = Sequences(session(platform))
    assert (await client.create_sequence({"steps": []})).id == "q"
    assert (await client.sequence("q")).status == "pending"
    assert (await client.update_sequence("q", {"name": "x"})).id == "q"
    await client.start_sequence("q")
    await client.cancel_sequence("q")
    assert await client.add_contacts("q", [{"id": "c"}, {"email": "a@example.com"}]) == "r"
    assert platform.seen[-1].body == {"contacts": [{"id": "c"}, {"email": "a@example.com"}]}


async def test_nobody_knows_whether_a_sequence_was_started() -> None:
    with pytest.raises(InDoubtError):
        await Sequences(session(Platform({"PUT /sequences/q/start": refused(500, {})}))).start_sequence("q")


async def test_the_runs_of_a_workflow_are_read_to_the_end() -> None:
    def page(seen: Seen) -> dict[str, Any]:
        last = "page=2" in seen.query
        return {"items": [{"id": 2 if last else 1}], "has_next_page": not last}

    platform = Platform({"GET /workflows/w/runs": page, "GET /workflows/w/runs/1": {"id": 1, "status": "completed"}})
    client = Workflows(session(platform))
    assert [each.id for each in (await client.workflow_runs("w", {"status": "completed"})).items] == [1, 2]
    assert (await client.workflow_run("w", "1")).status == "completed"


async def test_workflows_are_made_read_and_changed() -> None:
    shown = {"id": 7, "workflow_id": "w", "is_active": False, "webhook_url": None}
    platform = Platform({"POST /workflows": shown, "GET /workflows/w": shown, "PATCH /workflows/w": shown})
    client = Workflows(session(platform))
    assert (await client.create_workflow({"name": "x"})).workflow_id == "w"
    assert (await client.workflow("w")).is_active is False
    assert (await client.update_workflow("w", {"name": "y"})).id == 7


async def test_actions_of_agents_are_made_read_and_changed() -> None:
    shown = {"id": "a", "name": "book_it", "enabled_on_channel": {"channels": ["phone_voice"]}}
    platform = Platform({"POST /actions": shown, "GET /actions/a": shown, "PATCH /actions/a": shown})
    client = AgentActions(session(platform))
    assert (await client.create_action({"name": "book_it"})).id == "a"
    assert (await client.action("a")).enabled_on_channel == {"channels": ["phone_voice"]}
    assert (await client.update_action("a", {"pinned": True})).name == "book_it"
