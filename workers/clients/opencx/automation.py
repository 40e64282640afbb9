"""What the platform does by itself: sequences of messages and calls, workflows, and the actions of its agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workers.clients.base import Listing, Page, Query, collect, listed, text
from workers.clients.opencx.lists import ListClient
from workers.clients.opencx.models import Added, AgentAction, SequencePlan, Workflow, WorkflowRun

RUNS_AT_ONCE = 50


class Sequences(ListClient):
    """What begins with `/sequences`."""

    async def create_sequence(self, plan: Mapping[str, Any]) -> SequencePlan:
        """Make one of its steps."""
        return await self.write("POST", SequencePlan, "sequences", body=dict(plan), idempotent=False)

    async def sequence(self, sequence_id: str) -> SequencePlan:
        """One by its id."""
        return await self.get(SequencePlan, "sequences", sequence_id)

    async def update_sequence(self, sequence_id: str, changes: Mapping[str, Any]) -> SequencePlan:
        """Change one."""
        return await self.write("PATCH", SequencePlan, "sequences", sequence_id, body=dict(changes))

    async def start_sequence(self, sequence_id: str) -> Any:
        """Let it run."""
        return await self.tell("PUT", "sequences", sequence_id, "start", idempotent=False)

    async def cancel_sequence(self, sequence_id: str) -> Any:
        """Stop it."""
        return await self.tell("PUT", "sequences", sequence_id, "cancel")

    async def add_contacts(self, sequence_id: str, contacts: Sequence[Mapping[str, str]]) -> str:
        """Let it run for these people, each by `id`, `email` or `phone_number`; the id of the run."""
        body = {"contacts": [dict(each) for each in contacts]}
        return text(
            (await self.write("POST", Added, "sequences", sequence_id, "contacts", body=body, idempotent=False)).run_id
        )


class Workflows(ListClient):
    """What begins with `/workflows`. Beta. A change makes a version that is not active."""

    async def create_workflow(self, workflow: Mapping[str, Any]) -> Workflow:
        """Make one: `name`, `trigger_type`, `workflow_blocks`."""
        return await self.write("POST", Workflow, "workflows", body=dict(workflow), idempotent=False)

    async def workflow(self, workflow_id: str) -> Workflow:
        """One by its id."""
        return await self.get(Workflow, "workflows", workflow_id)

    async def update_workflow(self, workflow_id: str, changes: Mapping[str, Any]) -> Workflow:
        """Make a new version, which does nothing until somebody activates it in the dashboard."""
        return await self.write("PATCH", Workflow, "workflows", workflow_id, body=dict(changes), idempotent=False)

    async def workflow_runs(self, workflow_id: str, filters: Query | None = None) -> Listing[WorkflowRun]:
        """Its runs: `status`, `trigger_cause`."""

        async def page(number: int) -> Page[WorkflowRun]:
            query = {**(filters or {}), "page": number, "limit": RUNS_AT_ONCE}
            body = await self.get_any("workflows", workflow_id, "runs", query=query)
            found = body if isinstance(body, Mapping) else {}
            runs = found.get("items", found.get("data"))
            return Page(listed(runs, WorkflowRun), number + 1 if found.get("has_next_page") is True else None)

        return await collect(page, 1)

    async def workflow_run(self, workflow_id: str, run_id: str) -> WorkflowRun:
        """One run."""
        return await self.get(WorkflowRun, "workflows", workflow_id, "runs", run_id)


class AgentActions(ListClient):
    """What begins with `/actions`: the requests an agent can make, such as those that come to our tools."""

    async def create_action(self, action: Mapping[str, Any]) -> AgentAction:
        """Make one: `name`, `api_endpoint`, `request_type`, `payload`, ..."""
        return await self.write("POST", AgentAction, "actions", body=dict(action), idempotent=False)

    async def action(self, action_id: str) -> AgentAction:
        """One by its id."""
        return await self.get(AgentAction, "actions", action_id)

    async def update_action(self, action_id: str, changes: Mapping[str, Any]) -> AgentAction:
        """Change some of its fields."""
        return await self.write("PATCH", AgentAction, "actions", action_id, body=dict(changes))
