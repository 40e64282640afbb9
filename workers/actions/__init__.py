"""Everything a step can name, written out: `ACTIONS` is the one registry."""

from __future__ import annotations

from collections.abc import Mapping

from workers.actions.agents import agent_get, agent_list, agent_update
from workers.actions.api import api_request
from workers.actions.base import Action, in_doubt_for
from workers.actions.calls import call_end, call_get, call_inject, call_say, call_start, call_transfer
from workers.actions.emit import emit_event
from workers.actions.http import http_request
from workers.actions.log import log_line
from workers.actions.memory import memory_add, memory_forget, memory_set
from workers.actions.notify import notify
from workers.actions.numbers import (
    number_buy,
    number_get,
    number_link,
    number_list,
    number_release,
    number_search,
    number_unlink,
    number_update,
)
from workers.actions.platforms import PLATFORM_ACTIONS
from workers.actions.registry import capabilities, output_docs, output_words, registry

ACTIONS: Mapping[str, Action] = registry(
    (
        number_list,
        number_get,
        number_search,
        number_buy,
        number_release,
        number_link,
        number_unlink,
        number_update,
        agent_list,
        agent_get,
        agent_update,
        call_start,
        call_get,
        call_inject,
        call_say,
        call_end,
        call_transfer,
        http_request,
        api_request,
        notify,
        memory_set,
        memory_add,
        memory_forget,
        emit_event,
        log_line,
        *PLATFORM_ACTIONS,
    )
)


def capability_table() -> dict[str, dict[str, frozenset[str]]]:
    """Action → provider → generations ("" where a provider has one) that can do it."""
    return capabilities(ACTIONS)


__all__ = ["ACTIONS", "Action", "capability_table", "in_doubt_for", "output_docs", "output_words"]
