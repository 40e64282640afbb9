"""What only Fluents can do, a module for each of its resources."""

from __future__ import annotations

from workers.actions.base import Action
from workers.actions.platforms.fluents.account import ACCOUNT_ACTIONS
from workers.actions.platforms.fluents.agents import AGENT_ACTIONS
from workers.actions.platforms.fluents.calls import CALL_ACTIONS
from workers.actions.platforms.fluents.dnc import DNC_ACTIONS
from workers.actions.platforms.fluents.numbers import NUMBER_ACTIONS
from workers.actions.platforms.fluents.prompts import PROMPT_ACTIONS
from workers.actions.platforms.fluents.tools import TOOL_ACTIONS
from workers.actions.platforms.fluents.webhooks import WEBHOOK_ACTIONS

FLUENTS_ACTIONS: tuple[Action, ...] = (
    *ACCOUNT_ACTIONS,
    *AGENT_ACTIONS,
    *CALL_ACTIONS,
    *DNC_ACTIONS,
    *NUMBER_ACTIONS,
    *PROMPT_ACTIONS,
    *TOOL_ACTIONS,
    *WEBHOOK_ACTIONS,
)
