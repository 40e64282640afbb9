"""What Flireo's own actions share: which generation does them, and the client that speaks it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from workers.actions.base import ActionContext, Output
from workers.actions.ports.flireo import FlireoFirstPort, FlireoLaterPort
from workers.actions.ports.table import port_of
from workers.clients.flireo.first import FlireoFirst
from workers.clients.flireo.later import FlireoLater

FIRST: Mapping[str, frozenset[str]] = {"flireo": frozenset({"g1"})}
LATER: Mapping[str, frozenset[str]] = {"flireo": frozenset({"g2", "g3"})}

RAW = "the platform's own fields, without credentials"


class Listed(Output):
    """How much of a list was read."""

    count: int = Field(0, description="how many")
    complete: bool = Field(True, description="false when the platform has more than is read at once")


class Deleted(Output):
    """Something that is gone."""

    id: str = Field("", description="the id of what was deleted")


def first(context: ActionContext) -> FlireoFirst:
    """The client of the first generation."""
    return port_of(context, FlireoFirstPort).client


def later(context: ActionContext) -> FlireoLater:
    """The client of the second and third generation."""
    return port_of(context, FlireoLaterPort).client
