"""Sequences: steps that are taken for a list of people, which may well be telephone calls."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.platforms.opencx.common import OPENCX, RAW, client_of
from workers.actions.ports.base import E164, raw
from workers.clients.base import text
from workers.clients.opencx.models import SequencePlan

_BEGUN = ("active", "complete")


class SequenceParams(Params):
    """Which sequence."""

    sequence: str = Field(min_length=1, description="the id of the sequence")


class Someone(BaseModel):
    """A contact, by one of three."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field("", description="the platform's id")
    phone: E164 | None = Field(None, description="the number, E.164")
    email: str = Field("", description="the mail address")

    @model_validator(mode="after")
    def _is_one(self) -> Someone:
        if sum(map(bool, (self.id, self.phone, self.email))) != 1:
            raise ValueError("name each contact by exactly one of id, phone and email")
        return self

    def written(self) -> dict[str, str]:
        """As the platform wants it."""
        told = {"id": self.id, "phone_number": self.phone or "", "email": self.email}
        return {name: value for name, value in told.items() if value}


class AddParams(SequenceParams):
    """Who is put into a sequence."""

    contacts: list[Someone] = Field(
        min_length=1, max_length=20, description="who: each a map with one of id, phone (E.164) and email; at most 20"
    )


class SequenceShown(Output):
    """A sequence."""

    id: str = Field("", description="the platform's id")
    name: str = Field("", description="its name")
    status: str = Field("", description="pending, active, complete or canceled")
    raw: dict[str, Any] = Field(default_factory=dict, description=RAW)


class RunStarted(Output):
    """A run of a sequence."""

    run: str = Field("", description="the platform's id of the run")


@action("opencx.sequence.get", in_doubt="repeat", platforms=OPENCX)
async def sequence_get(context: ActionContext, params: SequenceParams) -> SequenceShown:
    """Show a sequence and how far it is."""
    return _shown(await client_of(context).sequence(params.sequence), params)


async def _started(context: ActionContext, params: SequenceParams) -> SequenceShown | None:
    """Whether it runs, or has run."""
    found = await client_of(context).sequence(params.sequence)
    return _shown(found, params) if text(found.status) in _BEGUN else None


@action("opencx.sequence.start", in_doubt="verify", platforms=OPENCX, verify=_started, costs="calls-started")
async def sequence_start(context: ActionContext, params: SequenceParams) -> SequenceShown:
    """Let a sequence run. What its steps do, calls among them, costs money; it counts as one started call."""
    await client_of(context).start_sequence(params.sequence)
    return SequenceShown(id=params.sequence, status="active")


@action("opencx.sequence.cancel", in_doubt="repeat", platforms=OPENCX)
async def sequence_cancel(context: ActionContext, params: SequenceParams) -> SequenceShown:
    """Stop a sequence."""
    await client_of(context).cancel_sequence(params.sequence)
    return SequenceShown(id=params.sequence, status="canceled")


@action("opencx.sequence.add_contacts", in_doubt="park", platforms=OPENCX, costs="calls-started")
async def sequence_add_contacts(context: ActionContext, params: AddParams) -> RunStarted:
    """Let a sequence run for these people. It counts as one started call, whatever its steps are.

    When nobody knows whether it happened, a person decides: who is added twice may be called twice.
    """
    people = [each.written() for each in params.contacts]
    return RunStarted(run=await client_of(context).add_contacts(params.sequence, people))


def _shown(sequence: SequencePlan, params: SequenceParams) -> SequenceShown:
    return SequenceShown(
        id=text(sequence.id) or params.sequence,
        name=text(sequence.name),
        status=text(sequence.status),
        raw=raw(sequence),
    )


SEQUENCE_ACTIONS = (sequence_get, sequence_start, sequence_cancel, sequence_add_contacts)
