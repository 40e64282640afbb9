"""What only one platform can do. Names begin with the platform's, such as `fluents.dnc.add`."""

from __future__ import annotations

from workers.actions.base import Action
from workers.actions.platforms.flireo import FLIREO_ACTIONS
from workers.actions.platforms.fluents import FLUENTS_ACTIONS
from workers.actions.platforms.opencx import OPENCX_ACTIONS
from workers.actions.platforms.vapi import VAPI_ACTIONS

PLATFORM_ACTIONS: tuple[Action, ...] = (*FLIREO_ACTIONS, *FLUENTS_ACTIONS, *OPENCX_ACTIONS, *VAPI_ACTIONS)
