"""What only Vapi can do: assistants and numbers of one's own making, lists of calls, and more control of live ones."""

from __future__ import annotations

from workers.actions.base import Action
from workers.actions.platforms.vapi.calls import CALL_ACTIONS
from workers.actions.platforms.vapi.live import LIVE_ACTIONS
from workers.actions.platforms.vapi.saved import SAVED_ACTIONS

VAPI_ACTIONS: tuple[Action, ...] = (*CALL_ACTIONS, *LIVE_ACTIONS, *SAVED_ACTIONS)
