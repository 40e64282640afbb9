from __future__ import annotations

from typing import Any

import httpx
import pytest

from console.sandbox.platforms.opencx.seed import DORMANT_WORKFLOW, SEQUENCE, WORKFLOW
from tests.console.sandbox.support import Box, in_box

HEADERS = {"Authorization": "Bearer ocx_live_sandbox"}
NEW = {"name": "New", "trigger_type": "ticket-created", "workflow_blocks": []}


async def ask(box: Box, method: str, path: str, body: Any = None) -> httpx.Response:
    return await box.http.request(method, f"/opencx{path}", headers=HEADERS, json=body)


def test_a_sequence_is_made_started_and_stopped() -> None:
    async def story(box: Box) -> None:
        made = (await ask(box, "POST", "/sequences", {"name": "Calls", "status": "active"})).json()
        assert made["status"] == "pending"
        path = f"/sequences/{made['id']}"
        assert (await ask(box, "PATCH", path, {"name": "More calls"})).json()["name"] == "More calls"
        assert (await ask(box, "PUT", f"{path}/start")).json()["status"] == "active"
        assert (await ask(box, "PUT", f"{path}/cancel")).json()["status"] == "canceled"
        assert (await ask(box, "GET", path)).json()["status"] == "canceled"
        added = await ask(box, "POST", f"/sequences/{SEQUENCE}/contacts", {"contacts": [{"id": "c"}]})
        assert added.json()["run_id"]

    in_box(story)


def test_a_workflow_is_started_at_its_own_url_without_a_key() -> None:
    async def story(box: Box) -> None:
        url = (await ask(box, "GET", f"/workflows/{WORKFLOW}")).json()["webhook_url"]
        assert url.startswith("http://sandbox/opencx/workflow-hooks/")
        started = await box.http.post(url, json={"order": 12})
        runs = (await ask(box, "GET", f"/workflows/{WORKFLOW}/runs?status=completed")).json()
        assert [each["id"] for each in runs["items"]] == [started.json()["run_id"]]
        assert not runs["has_next_page"]
        run = await ask(box, "GET", f"/workflows/{WORKFLOW}/runs/{started.json()['run_id']}")
        assert run.json()["status"] == "completed"
        assert (await box.http.post(url.rpartition("/")[0] + "/guessed", json={})).status_code == 404
        assert (await box.http.post(url.replace(WORKFLOW, DORMANT_WORKFLOW), json={})).status_code == 409

    in_box(story)


def test_a_changed_workflow_is_not_in_force() -> None:
    async def story(box: Box) -> None:
        changed = (await ask(box, "PATCH", f"/workflows/{WORKFLOW}", {"name": "Other"})).json()
        assert (changed["is_active"], changed["version_number"]) == (False, 2)
        assert (await ask(box, "GET", f"/workflows/{WORKFLOW}")).json()["name"] == "Refund"
        made = (await ask(box, "POST", "/workflows", NEW)).json()
        assert (made["is_active"], made["webhook_url"]) == (False, None)

    in_box(story)


def test_actions_are_made_and_changed() -> None:
    async def story(box: Box) -> None:
        body = {"name": "cancel_order", "api_endpoint": "https://hooks.example.com/tools/cancel_order"}
        made = (await ask(box, "POST", "/actions", body)).json()
        changed = await ask(box, "PATCH", f"/actions/{made['id']}", {"request_type": "DELETE"})
        assert changed.json()["request_type"] == "DELETE"
        assert (await ask(box, "GET", f"/actions/{made['id']}")).json() == changed.json()

    in_box(story)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/sequences/none", None, 404),
        ("POST", f"/sequences/{SEQUENCE}/contacts", {"contacts": []}, 400),
        ("POST", f"/sequences/{SEQUENCE}/contacts", {"contacts": [{"id": "a", "email": "b"}]}, 400),
        ("POST", "/workflows", {"name": "x"}, 400),
        ("GET", "/workflows/none", None, 404),
        ("GET", f"/workflows/{WORKFLOW}/runs?limit=51", None, 400),
        ("GET", f"/workflows/{WORKFLOW}/runs/none", None, 404),
        ("POST", "/actions", {"name": "x"}, 400),
        ("GET", "/actions/none", None, 404),
    ],
)
def test_refusals(method: str, path: str, body: Any, status: int) -> None:
    async def story(box: Box) -> None:
        assert (await ask(box, method, path, body)).status_code == status

    in_box(story)
