"""What is written down of one simulated call: what was said and heard, what was delivered and what came back."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from console.sandbox.script import Generation, Platform

MomentKind = Literal["caller_says", "caller_hears", "knows", "sent", "command", "problem", "note"]
"""`knows` is context the agent got silently; `sent` is an event posted to the webhook and its reply."""


class RecordModel(BaseModel):
    """Written by field name, read by name or alias."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class Moment(RecordModel):
    """One line of the story. `at` counts seconds from the first ring."""

    at: float
    kind: MomentKind
    text: str
    waited: float | None = Field(None, description="seconds of silence the caller sat through before hearing this")
    data: dict[str, Any] = Field(default_factory=dict)


class Sent(RecordModel):
    """One event as delivered: the reply, how long it took, and what was wrong with it."""

    event: str
    at: float
    seconds: float
    status: int = Field(description="HTTP status of the reply; 0 when none came")
    body: dict[str, Any]
    reply: str
    in_time: bool
    copies: int = 1
    problems: list[str] = Field(default_factory=list)


class CallRecord(RecordModel):
    """The whole call. `status` is the platform's own word; `done` is true when the report has been sent too."""

    id: str
    platform: Platform = "flireo"
    generation: Generation
    name: str = Field("", description="what the call was named by whoever ordered it")
    direction: Literal["inbound", "outbound"] = "inbound"
    from_: str = Field(alias="from")
    to: str
    status: str = "ringing"
    end_reason: str = ""
    error: str = ""
    assistant_id: str | None = None
    assistant_name: str = ""
    placed_at: str
    started_at: str | None = None
    ended_at: str | None = None
    duration: float = 0.0
    done: bool = False
    timeline: list[Moment] = Field(default_factory=list)
    deliveries: list[Sent] = Field(default_factory=list)

    def heard(self) -> list[str]:
        """Every sentence the caller heard, in order."""
        return [moment.text for moment in self.timeline if moment.kind == "caller_hears"]

    def problems(self) -> list[str]:
        """Everything that was wrong, in order."""
        return [moment.text for moment in self.timeline if moment.kind == "problem"]

    def longest_silence(self) -> float:
        """The longest the caller waited for a word, in seconds."""
        return max((moment.waited or 0.0 for moment in self.timeline), default=0.0)

    def messages(self) -> list[dict[str, str]]:
        """The conversation as role and content."""
        roles = {"caller_says": "user", "caller_hears": "assistant"}
        return [{"role": roles[m.kind], "content": m.text} for m in self.timeline if m.kind in roles]
