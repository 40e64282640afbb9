"""`emit`: an event of our own, now or later."""

from __future__ import annotations

from pydantic import AwareDatetime, Field, JsonValue

from workers.actions.base import ActionContext, Output, Params, action


class EmitParams(Params):
    """The event to emit."""

    event: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", description="its name, for `on: {event: NAME}` of other rules"
    )
    at: AwareDatetime | None = Field(None, description="when, with a time zone; now when left out")
    data: dict[str, JsonValue] = Field(default_factory=dict, description="what the other rule sees as `data`")


class Emitted(Output):
    """The event that was emitted."""

    id: str = Field("", description="the new event's id")


@action("emit", in_doubt="repeat")
async def emit_event(context: ActionContext, params: EmitParams) -> Emitted:
    """Emit an event that other rules listen to, now or at a time. A repeated step emits once."""
    at = params.at.isoformat() if params.at else None
    return Emitted(id=await context.emitter.emit(params.event, params.data, at, context.operation))
