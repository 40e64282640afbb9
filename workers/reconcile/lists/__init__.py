"""Which platform's calls can be looked up: the one list of them, and why others cannot."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from workers.clients.errors import Unsupported
from workers.reconcile.lists.base import CallList
from workers.reconcile.lists.flireo import FlireoCalls
from workers.reconcile.lists.fluents import FluentsCalls
from workers.reconcile.lists.opencx import OpenCxCalls
from workers.reconcile.lists.vapi import VapiCalls

CALL_LISTS: Mapping[str, Mapping[str, type[CallList]]] = {
    "flireo": {"g2": FlireoCalls, "g3": FlireoCalls},
    "fluents": {"": FluentsCalls},
    "opencx": {"": OpenCxCalls},
    "vapi": {"": VapiCalls},
}
"""Provider → generation ("" where it has one) → its list."""

WITHOUT: Mapping[str, Mapping[str, str]] = {
    "flireo": {
        "g1": "generation one documents no list of calls",
        "": "the generation of its API is not known; write `generation:` in the connections file",
    },
    "generic": {"": "nothing is known of its platform's API"},
    "standard": {"": "nothing is known of its platform's API"},
}
"""Provider → generation → why its calls cannot be looked up."""


def list_of(provider: str, generation: str) -> type[CallList]:
    """The list of a platform's calls; raises Unsupported with the reason."""
    generations = CALL_LISTS.get(provider, {})
    found = generations.get("" if "" in generations else generation)
    if found is None:
        reasons = WITHOUT.get(provider, {})
        raise Unsupported(reasons.get(generation) or reasons.get("") or f"{provider} has no API client")
    return found


@cache
def completing(provider: str) -> frozenset[str]:
    """The kinds of events after which a call of this platform is fetched; none where it sends a report itself."""
    return frozenset(kind for each in CALL_LISTS.get(provider, {}).values() for kind in each.completes)
