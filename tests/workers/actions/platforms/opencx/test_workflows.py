from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import KEY, refused, said_by
from workers.actions.platforms.opencx.workflows import checked_url
from workers.clients.errors import InDoubtError, Invalid, NotAllowed

BASE = "https://opencx.test"
SHOWN = {
    "id": 7,
    "workflow_id": "w",
    "is_active": True,
    "trigger_type": "webhook",
    "version_number": 3,
    "name": "Refund",
}
DOOR = f"{BASE}/workflows/hooks/very-secret-part"


def platform(answer: Any = None, **changes: Any) -> Platform:
    workflow = SHOWN | {"webhook_url": DOOR} | changes
    return Platform({"GET /workflows/w": workflow, "POST /workflows/hooks/very-secret-part": answer or {"ok": True}})


async def test_a_workflow_is_shown() -> None:
    found = await perform(given(platform(), "opencx"), "opencx.workflow.get", workflow="w")
    shown = {"id": "w", "name": "Refund", "active": True, "trigger": "webhook", "version": 3}
    assert found == shown


async def test_a_workflow_is_started_through_its_own_url() -> None:
    far = platform()
    own = given(far, "opencx")
    found = await perform(own, "opencx.workflow.trigger", workflow="w", data={"order": 12})
    assert found["body"] == {"ok": True}
    sent = far.seen[-1]
    assert (sent.method, sent.body) == ("POST", {"order": 12})
    assert KEY not in str(sent.headers)
    assert "very-secret-part" not in str(own.exchanges[-1].sent)
    assert KEY not in said_by(own)


async def test_an_answer_that_is_no_json_will_do() -> None:
    own = given(platform(PlainTextResponse("started")), "opencx")
    assert (await perform(own, "opencx.workflow.trigger", workflow="w"))["body"] == {}


@pytest.mark.parametrize("changes", [{"webhook_url": None}, {"webhook_url": ""}, {"is_active": False}])
async def test_a_workflow_that_would_do_nothing_is_not_asked(changes: dict[str, Any]) -> None:
    far = platform(**changes)
    with pytest.raises(Invalid):
        await perform(given(far, "opencx"), "opencx.workflow.trigger", workflow="w")
    assert far.said() == ["GET /workflows/w"]


async def test_nobody_knows_what_an_error_of_the_platform_means() -> None:
    with pytest.raises(InDoubtError):
        await perform(given(platform(refused(500, {})), "opencx"), "opencx.workflow.trigger", workflow="w")


@pytest.mark.parametrize("url", ["https://api.open.cx/hooks/1", "https://open.cx/x", f"{BASE}/hooks/1"])
def test_workflows_live_at_home_or_below_the_api(url: str) -> None:
    assert str(checked_url(url, BASE)) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.open.cx/hooks/1",
        "https://api.open.cx:8443/x",
        "https://evil.example/api.open.cx",
        "https://evilopen.cx/x",
        "https://open.cx.evil.example/x",
        "https://user@api.open.cx/x",
        "https://evil.example\\.open.cx/x",
        f"{BASE}/a/../../x",
        "https://other.test/x",
        "nonsense",
        "https://[",
    ],
)
def test_anywhere_else_is_not_asked(url: str) -> None:
    with pytest.raises(NotAllowed):
        checked_url(url, f"{BASE}/api")


async def test_runs_are_listed() -> None:
    run = {"id": 1, "status": "failed", "trigger_cause": "automatic", "run_started_at": "2026-10-01T10:00:00Z"}
    far = Platform({"GET /workflows/w/runs": {"items": [run, run], "has_next_page": False}})
    found = await perform(given(far, "opencx"), "opencx.workflow.runs", workflow="w", status="failed", limit=1)
    assert (found["count"], found["complete"], found["runs"][0]["cause"]) == (1, False, "automatic")
    assert "status=failed" in far.seen[0].query
