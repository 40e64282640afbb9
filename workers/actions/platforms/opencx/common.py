"""What all actions of OpenCX share: whose API it is, and which conversation is meant."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from workers.actions.base import ActionContext, Output, Params
from workers.actions.ports.opencx import OpenCxPort
from workers.actions.ports.table import port
from workers.clients.errors import Invalid, Unsupported
from workers.clients.opencx.client import OpenCx

OPENCX: Mapping[str, tuple[str]] = {"opencx": ("",)}
"""The platforms that can do what stands here."""
RAW = "the platform's own fields, without credentials"


class Listed(Output):
    """What every list tells beside its items."""

    count: int = Field(0, description="how many")
    complete: bool = Field(True, description="false when the platform has more than is read at once")


class SessionParams(Params):
    """Which conversation."""

    session: str = Field("", description="the id of the conversation; the event's own when left out")


class Removed(Output):
    """What was removed."""

    id: str = Field("", description="the id of what was removed")


def port_of(context: ActionContext) -> OpenCxPort:
    """The port of the step's connection; raises Unsupported when that is another platform's."""
    found = port(context)
    if not isinstance(found, OpenCxPort):
        raise Unsupported(f"{found.platform} cannot do what only OpenCX can")
    return found


def client_of(context: ActionContext) -> OpenCx:
    """The API of the step's connection; raises Unsupported when that is another platform's."""
    return port_of(context).client()


def session_of(context: ActionContext, params: SessionParams) -> str:
    """The conversation that the step names, else the event's own; raises Invalid without any."""
    session = params.session or port_of(context).event_call()
    if not session:
        raise Invalid("the event tells no conversation; name one with `session`")
    return session
