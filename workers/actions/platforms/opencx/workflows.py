"""Workflows: automations on the platform's side. One that waits for a webhook is started through its own URL.

Who knows that URL may start it, so it is cut out of what is recorded of the start; and since it comes from outside, it
is used only where it leads to OpenCX, or below the very API of the connection.
"""

from __future__ import annotations

import re
from typing import Any

import httpx
from pydantic import Field, JsonValue

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.platforms.opencx.common import OPENCX, Listed, port_of
from workers.clients.base import Session, text
from workers.clients.errors import Invalid, NotAllowed
from workers.clients.exchange import Received, exchange, json_bytes
from workers.clients.failures import failure
from workers.clients.opencx.models import Workflow
from workers.clients.times import iso

HOME = re.compile(rb"(?:[a-z0-9-]+\.)*open\.cx")
"""Where the URLs of workflows lie, as a host goes over the wire."""
ANSWER_LIMIT = 65_536
"""Bytes of one answer; what is in it is not documented."""


class WorkflowParams(Params):
    """Which workflow."""

    workflow: str = Field(min_length=1, description="the id of the workflow (workflow_id)")


class TriggerParams(WorkflowParams):
    """What it is given."""

    data: dict[str, JsonValue] = Field(default_factory=dict, description="the body that the workflow gets")


class RunsParams(WorkflowParams):
    """Which of its runs."""

    status: str = Field("", description="only of this status: idle, in_progress, completed, failed or canceled")
    limit: int = Field(20, ge=1, le=500, description="how many at the most")


class WorkflowShown(Output):
    """A workflow."""

    id: str = Field("", description="the platform's id, the same for all versions")
    name: str = Field("", description="its name")
    active: bool = Field(False, description="false when this version does nothing")
    trigger: str = Field("", description="what starts it, in the platform's words")
    version: int = Field(0, description="which version it is")


class Triggered(Output):
    """A workflow that was started."""

    body: Any = Field(default_factory=dict, description="what it answered, an empty map when that is no JSON")


class RunList(Listed):
    """Some runs."""

    runs: list[dict[str, Any]] = Field(
        default_factory=list, description="the runs, each with id, status, cause, started_at, ended_at (ISO 8601)"
    )


@action("opencx.workflow.get", in_doubt="repeat", platforms=OPENCX)
async def workflow_get(context: ActionContext, params: WorkflowParams) -> WorkflowShown:
    """Show a workflow."""
    found = await port_of(context).client().workflow(params.workflow)
    return WorkflowShown(
        id=text(found.workflow_id) or params.workflow,
        name=text(found.name),
        active=found.is_active is True,
        trigger=text(found.trigger_type),
        version=found.version_number if isinstance(found.version_number, int) else 0,
    )


@action("opencx.workflow.trigger", in_doubt="park", platforms=OPENCX)
async def workflow_trigger(context: ActionContext, params: TriggerParams) -> Triggered:
    """Start a workflow that waits for a webhook, and give it a body.

    Anything may happen in a workflow: when nobody knows whether it was started, a person decides.
    """
    port = port_of(context)
    session = port.session()
    url = checked_url(_door(await port.client().workflow(params.workflow)), session.base_url)
    received = await _post(session, url, params.data)
    return Triggered(body=received.body if received.is_json else {})


@action("opencx.workflow.runs", in_doubt="repeat", platforms=OPENCX)
async def workflow_runs(context: ActionContext, params: RunsParams) -> RunList:
    """List the runs of a workflow, as the platform orders them."""
    asked = {"status": params.status} if params.status else {}
    listing = await port_of(context).client().workflow_runs(params.workflow, asked)
    runs = [
        {
            "id": text(each.id),
            "status": text(each.status),
            "cause": text(each.trigger_cause),
            "started_at": iso(each.run_started_at),
            "ended_at": iso(each.run_ended_at),
        }
        for each in listing.items[: params.limit]
    ]
    return RunList(runs=runs, count=len(runs), complete=listing.complete and len(listing.items) <= params.limit)


def _door(workflow: Workflow) -> str:
    """The URL that starts it; raises Invalid for a workflow that has none, or that would do nothing."""
    if not text(workflow.webhook_url):
        raise Invalid("this workflow is not started by a webhook")
    if workflow.is_active is False:
        raise Invalid("this workflow is not active; activate it in the dashboard")
    return text(workflow.webhook_url)


def checked_url(written: str, base_url: str) -> httpx.URL:
    """The URL; raises NotAllowed for one that leads neither to OpenCX nor below the connection's `base_url`."""
    try:
        url, base = httpx.URL(written), httpx.URL(base_url)
    except (httpx.InvalidURL, UnicodeError):
        raise NotAllowed("the workflow's webhook URL is no URL") from None
    if url.userinfo or not (_at_home(url) or _below(url, base)):
        raise NotAllowed("the workflow's webhook URL does not lead to OpenCX")
    return url


def _at_home(url: httpx.URL) -> bool:
    return url.scheme == "https" and url.port is None and bool(HOME.fullmatch(url.raw_host.lower()))


def _below(url: httpx.URL, base: httpx.URL) -> bool:
    same = (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)
    plain = ".." not in url.path and "\\" not in url.path
    return bool(base.host) and same and plain and url.path.startswith(base.path.rstrip("/") + "/")


async def _post(session: Session, url: httpx.URL, data: dict[str, Any]) -> Received:
    """The key of the API is not sent: the URL is all the proof there is."""
    headers = {"content-type": "application/json", "accept-encoding": "identity"}
    request = session.http.build_request("POST", url, headers=headers, content=json_bytes(data))
    secrets = session.secrets | {session.key, url.raw_path.decode()}
    received = await exchange(
        session.http, request, session.recorder, session.deadline, limit=ANSWER_LIMIT, secrets=secrets
    )
    if not 200 <= received.status < 300:
        raise failure(received, "POST", who="OpenCX's workflow", secrets=secrets)
    return received


WORKFLOW_ACTIONS = (workflow_get, workflow_trigger, workflow_runs)
