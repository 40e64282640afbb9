"""What only OpenCX can do, a module for each of its resources."""

from __future__ import annotations

from workers.actions.base import Action
from workers.actions.platforms.opencx.agents import AGENT_ACTIONS
from workers.actions.platforms.opencx.contacts import CONTACT_ACTIONS
from workers.actions.platforms.opencx.sequences import SEQUENCE_ACTIONS
from workers.actions.platforms.opencx.sessions import SESSION_ACTIONS
from workers.actions.platforms.opencx.workflows import WORKFLOW_ACTIONS

OPENCX_ACTIONS: tuple[Action, ...] = (
    *AGENT_ACTIONS,
    *CONTACT_ACTIONS,
    *SEQUENCE_ACTIONS,
    *SESSION_ACTIONS,
    *WORKFLOW_ACTIONS,
)
