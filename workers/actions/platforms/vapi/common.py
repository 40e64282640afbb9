"""What Vapi's own actions share."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from workers.actions.base import ActionContext, Output
from workers.actions.ports.table import port_of
from workers.actions.ports.vapi import VapiPort

VAPI: Mapping[str, tuple[str]] = {"vapi": ("",)}
"""The platforms that can do what stands here."""
SETTINGS = "more of the platform's own fields"


class Deleted(Output):
    """Something that is gone."""

    id: str = Field("", description="the id of what was deleted")


def vapi(context: ActionContext) -> VapiPort:
    """Vapi, as the step's connection reaches it; raises Unsupported when that is another platform's."""
    return port_of(context, VapiPort)
