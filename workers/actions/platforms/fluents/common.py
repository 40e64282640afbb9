"""What all actions of Fluents share: whose API it is, and how what is saved there is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, JsonValue

from workers.actions.base import ActionContext, Output, Params
from workers.actions.ports.fluents import FluentsPort
from workers.actions.ports.table import port
from workers.clients.base import Lenient, text
from workers.clients.errors import NotFound, Unsupported
from workers.clients.fluents.client import Fluents
from workers.clients.fluents.resources import Readable

FLUENTS: Mapping[str, tuple[str]] = {"fluents": ("",)}
"""The platforms that can do what stands here."""
RAW = "the platform's own fields, without credentials"
SET = "the platform's own field names and their new values; null empties one"

Set = dict[str, JsonValue]


class ListParams(Params):
    """Nothing to choose."""


class Removed(Output):
    """What was removed."""

    id: str = Field("", description="the id of what was removed")


class Listed(Output):
    """What every list tells beside its items."""

    count: int = Field(0, description="how many")
    complete: bool = Field(True, description="false when the platform has more than is read at once")


def port_of(context: ActionContext) -> FluentsPort:
    """The port of the step's connection; raises Unsupported when that is another platform's."""
    found = port(context)
    if not isinstance(found, FluentsPort):
        raise Unsupported(f"{found.platform} cannot do what only Fluents can")
    return found


def client_of(context: ActionContext) -> Fluents:
    """The API of the step's connection; raises Unsupported when that is another platform's."""
    return port_of(context).client


def given(params: Params, *skipped: str) -> dict[str, Any]:
    """The parameters that the step wrote down, as the platform names them."""
    return params.model_dump(mode="json", exclude_unset=True, exclude=set(skipped))


def texts(value: object) -> list[str]:
    """The texts of a list that should hold nothing else; empty when it is no list."""
    return [found for each in value if (found := text(each))] if isinstance(value, list) else []


async def removed(resource: Readable[Any], key: str) -> Removed | None:
    """Whether it is gone: None while the platform still shows it."""
    try:
        shown: Lenient = await resource.get(key)
    except NotFound:
        return Removed(id=key)
    return None if shown.model_fields_set else Removed(id=key)
