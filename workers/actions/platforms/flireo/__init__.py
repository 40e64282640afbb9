"""What only Flireo can do: orders and verification groups of the first generation, accounts of the later ones."""

from __future__ import annotations

from workers.actions.base import Action
from workers.actions.platforms.flireo.account import ACCOUNT_ACTIONS
from workers.actions.platforms.flireo.groups import GROUP_ACTIONS
from workers.actions.platforms.flireo.orders import ORDER_ACTIONS

FLIREO_ACTIONS: tuple[Action, ...] = (*ACCOUNT_ACTIONS, *GROUP_ACTIONS, *ORDER_ACTIONS)
