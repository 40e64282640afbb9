"""`log`: a line for the people who read logs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from workers.actions.base import ActionContext, NoOutput, Params, action


class LogParams(Params):
    """The line to write."""

    message: str = Field(max_length=2000, description="what to write; keep callers' data out of it")
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="how loud")


@action("log", in_doubt="repeat")
async def log_line(context: ActionContext, params: LogParams) -> NoOutput:
    """Write a line to the worker's log and to the trace of this rule."""
    context.log(params.level, params.message)
    return NoOutput()
