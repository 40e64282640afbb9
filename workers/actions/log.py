"""`log`: a line for the people who read logs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from store.masking import masker
from workers.actions.base import ActionContext, NoOutput, Params, action
from workers.clients.redact import without_secrets


class LogParams(Params):
    """The line to write."""

    message: str = Field(max_length=2000, description="what to write; keep callers' data out of it")
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="how loud")


@action("log", in_doubt="repeat")
async def log_line(context: ActionContext, params: LogParams) -> NoOutput:
    """Write a line to the worker's log. Phone numbers in it are masked, secrets are cut out."""
    call = context.event.call
    message = without_secrets(params.message, context.secrets)
    context.log(params.level, masker((call.from_, call.to))(message))
    return NoOutput()
