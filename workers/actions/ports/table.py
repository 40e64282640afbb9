"""Which port speaks for which platform and generation, and what follows from that: who can do what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from workers.actions.base import ActionContext
from workers.actions.ports.base import Operation, Port
from workers.actions.ports.flireo import FlireoFirstPort, FlireoLaterPort
from workers.actions.ports.fluents import FluentsPort
from workers.actions.ports.opencx import OpenCxPort
from workers.actions.ports.vapi import VapiPort
from workers.clients.errors import Invalid, Unsupported

PORTS: Mapping[str, Mapping[str, type[Port]]] = {
    "flireo": {"g1": FlireoFirstPort, "g2": FlireoLaterPort, "g3": FlireoLaterPort},
    "fluents": {"": FluentsPort},
    "opencx": {"": OpenCxPort},
    "vapi": {"": VapiPort},
}


def port(context: ActionContext) -> Port:
    """The port for the connection of this step; raises Unsupported for a platform that has none."""
    if context.connection is None:
        raise Invalid("the step has no connection; name one with `connection:`")
    generations = PORTS.get(context.connection.provider)
    if generations is None:
        raise Unsupported(f"{context.connection.provider} has no API client")
    kind = generations.get("" if "" in generations else context.generation)
    if kind is None:
        raise Invalid(
            "the generation of the connection's API is not known; write `generation:` in the connections file"
        )
    return kind(context)


P = TypeVar("P", bound=Port)


def port_of(context: ActionContext, kind: type[P]) -> P:
    """The port for the connection of this step, for an action that only one platform can do; raises Unsupported."""
    found = port(context)
    if not isinstance(found, kind):
        raise found.cannot("do this")
    return found


def able(operation: Operation) -> dict[str, frozenset[str]]:
    """Provider → generations whose port carries the operation out."""
    table = {
        provider: frozenset(name for name, kind in generations.items() if _has(kind, operation))
        for provider, generations in PORTS.items()
    }
    return {provider: names for provider, names in table.items() if names}


def reasons(action: str) -> dict[str, dict[str, str]]:
    """Provider → generation → why it cannot do the action, where its port says so."""
    table = {
        provider: {name: kind.lacks[action] for name, kind in generations.items() if action in kind.lacks}
        for provider, generations in PORTS.items()
    }
    return {provider: told for provider, told in table.items() if told}


def _has(kind: type[Port], operation: Operation) -> bool:
    return getattr(kind, operation.__name__) is not operation
