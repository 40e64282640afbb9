"""The people an organisation talks to. The API lists them and reads no single one, so they are found in the list."""

from __future__ import annotations

from typing import Any

from pydantic import Field, JsonValue, model_validator

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.platforms.opencx.common import OPENCX, RAW, Removed, client_of
from workers.actions.ports.base import E164, e164, raw
from workers.clients.base import text
from workers.clients.errors import Invalid, NotFound
from workers.clients.opencx.client import OpenCx
from workers.clients.opencx.models import Contact
from workers.clients.redact import redacted


class WhoParams(Params):
    """Which contact: by one or more of these, of which the first that is given counts."""

    id: str = Field("", description="the platform's id, such as `call.metadata.contact_id` of an event")
    phone: E164 | None = Field(None, description="the number, E.164")
    email: str = Field("", description="the mail address")

    @model_validator(mode="after")
    def _names_somebody(self) -> WhoParams:
        if not (self.id or self.phone or self.email):
            raise ValueError("name the contact by id, phone or email")
        return self


class UpsertParams(WhoParams):
    """Who it is, and what is known."""

    name: str = Field("", description="the name")
    custom_data: dict[str, JsonValue] = Field(default_factory=dict, description="whatever else is kept with a contact")


class RemoveParams(Params):
    """Which contact."""

    id: str = Field(min_length=1, description="the platform's id")


class Person(Output):
    """A contact."""

    found: bool = Field(False, description="false when there is none")
    created: bool = Field(False, description="true when it was made just now")
    id: str = Field("", description="the platform's id")
    name: str = Field("", description="the name")
    phone: str = Field("", description="E.164")
    email: str = Field("", description="the mail address")
    custom_data: dict[str, Any] = Field(default_factory=dict, description="whatever else is kept with it")
    raw: dict[str, Any] = Field(default_factory=dict, description=RAW)


@action("opencx.contact.get", in_doubt="repeat", platforms=OPENCX)
async def contact_get(context: ActionContext, params: WhoParams) -> Person:
    """Find a contact by id, number or mail address. `found` is false when there is none.

    The whole list is read for it, up to fifty pages.
    """
    held = await _held(client_of(context), params)
    return _person(held) if held else Person()


@action("opencx.contact.upsert", in_doubt="repeat", platforms=OPENCX)
async def contact_upsert(context: ActionContext, params: UpsertParams) -> Person:
    """Keep what is known of somebody: change the contact with this id, number or mail address, or make one.

    With an `id` nothing is looked up. Without one the whole list is read first, so that nobody is made twice.
    """
    client, fields = client_of(context), _fields(params)
    known = params.id or text((await _held(client, params) or Contact()).id)
    if known:
        return _person(await client.update_contact(known, fields), id=known)
    return _person(await client.create_contact(fields), created=True)


@action("opencx.contact.delete", in_doubt="repeat", platforms=OPENCX)
async def contact_delete(context: ActionContext, params: RemoveParams) -> Removed:
    """Forget a contact. One that is not there any more counts as forgotten."""
    try:
        await client_of(context).delete_contact(params.id)
    except NotFound:
        return Removed(id=params.id)
    return Removed(id=params.id)


async def _held(client: OpenCx, params: WhoParams) -> Contact | None:
    """The contact, or None; raises Invalid when there are more than are read."""
    listing = await client.contacts()
    found = next((each for each in listing.items if _is(each, params)), None)
    if found is None and not listing.complete:
        raise Invalid("there are more contacts than are read at once; name this one by its id")
    return found


def _is(contact: Contact, params: WhoParams) -> bool:
    if params.id:
        return text(contact.id) == params.id
    if params.phone:
        return e164(text(contact.phone_number)) == params.phone
    return text(contact.email).lower() == params.email.lower()


def _fields(params: UpsertParams) -> dict[str, Any]:
    """What is told, in the words of writing: `phone`, which comes back as `phone_number`."""
    told = params.model_dump(mode="json", include={"phone", "email", "name", "custom_data"})
    return {name: value for name, value in told.items() if value}


def _person(contact: Contact, **known: Any) -> Person:
    data = contact.custom_data if isinstance(contact.custom_data, dict) else {}
    shown = {
        "id": text(contact.id),
        "name": text(contact.name),
        "phone": e164(text(contact.phone_number)),
        "email": text(contact.email),
        "custom_data": redacted(data),
        "raw": raw(contact),
    }
    return Person(found=True, **{**shown, **known})


CONTACT_ACTIONS = (contact_get, contact_upsert, contact_delete)
