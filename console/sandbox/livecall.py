"""A call while it lasts: its clock, its timeline, and the live commands that reach into it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from console.sandbox.record import CallRecord, Moment, MomentKind, Sent

Words = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]


class CommandModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Inject(CommandModel):
    """Tell the agent something; with `trigger_response` it speaks at once."""

    type: Literal["inject-context"]
    content: Words
    trigger_response: bool


class Say(CommandModel):
    """Speak this sentence, and hang up afterwards if asked."""

    type: Literal["say"]
    content: Words
    end_after: bool


class EndCall(CommandModel):
    type: Literal["end-call"]
    message: str = ""


class Transfer(CommandModel):
    """`destination` is an E.164 number or a SIP URI."""

    type: Literal["transfer"]
    destination: Annotated[str, StringConstraints(pattern=r"^(\+[1-9]\d{5,14}|sips?:\S{3,250})$")]
    message: str = ""


Command = Annotated[Inject | Say | EndCall | Transfer, Field(discriminator="type")]
COMMANDS: TypeAdapter[Inject | Say | EndCall | Transfer] = TypeAdapter(Command)


def wall_clock() -> str:
    """Now, ISO 8601 with milliseconds and Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class LiveCall:
    """One call in progress, and afterwards its memory. Times are the event loop's own, so tests can bend them."""

    def __init__(self, record: CallRecord, clock: Callable[[], float], number_id: str = "") -> None:
        self.record = record
        self.number_id = number_id
        self.token = secrets.token_urlsafe(16)
        """Who knows it may control the call, on platforms where that is all the proof there is."""
        self.config: dict[str, Any] = {}
        """The agent's configuration as resolved at pickup; later events of generation three echo it."""
        self.over = asyncio.Event()
        self.command_heard = asyncio.Event()
        self._clock = clock
        self._began = clock()
        self._quiet_since = self._began
        self._news = asyncio.Event()
        self._done = asyncio.Event()

    @property
    def customer(self) -> str:
        """The number of the person on the line, whoever dialled."""
        return self.record.from_ if self.record.direction == "inbound" else self.record.to

    @property
    def line(self) -> str:
        """Our own number in this call."""
        return self.record.to if self.record.direction == "inbound" else self.record.from_

    @property
    def in_progress(self) -> bool:
        return self.record.status == "in-progress" and not self.over.is_set()

    def at(self) -> float:
        """Seconds since the first ring."""
        return round(self._clock() - self._began, 3)

    def caller_says(self, text: str) -> None:
        self._write("caller_says", text)
        self.falls_silent()

    def caller_hears(self, text: str, **data: Any) -> None:
        """Something was spoken to the caller, who had waited since the last word."""
        self._write("caller_hears", text, waited=round(self._clock() - self._quiet_since, 3), data=data)
        self.falls_silent()

    def falls_silent(self) -> None:
        """From here on the caller waits."""
        self._quiet_since = self._clock()

    def knows(self, text: str) -> None:
        """The agent was told something, silently."""
        self._write("knows", text)

    def note(self, text: str, **data: Any) -> None:
        self._write("note", text, data=data)

    def problem(self, text: str) -> None:
        self._write("problem", text)

    def sent(self, sent: Sent) -> None:
        """An event was delivered, well or not; what was wrong with the reply follows it."""
        self.record.deliveries.append(sent)
        data = {"status": sent.status, "seconds": sent.seconds, "copies": sent.copies, "reply": sent.reply[:2000]}
        self._write("sent", sent.event, data=data)
        for problem in sent.problems:
            self.problem(problem)

    def apply(self, command: Inject | Say | EndCall | Transfer) -> None:
        """Carry out a live command, heard in the call at once."""
        self._write("command", command.type, data=command.model_dump())
        match command:
            case Inject():
                self._inject(command)
            case Say():
                self._speak_and(command.content, "assistant_hangup" if command.end_after else "")
            case EndCall():
                self._speak_and(command.message, "assistant_hangup")
            case Transfer():
                self._speak_and(command.message, "transferred")
        self.command_heard.set()

    def _inject(self, command: Inject) -> None:
        if command.trigger_response:
            self.caller_hears(command.content, by=command.type)
        else:
            self.knows(command.content)

    def _speak_and(self, words: str, end_reason: str) -> None:
        if words:
            self.caller_hears(words, by="command")
        if end_reason:
            self.end(end_reason)

    def end(self, reason: str) -> None:
        """The conversation is over; only the first reason counts."""
        if not self.over.is_set():
            self.record.end_reason = reason
            self.over.set()

    def finished(self) -> None:
        """Nothing more will happen in this call."""
        self.record.done = True
        self._done.set()
        self._wake()

    async def follow(self) -> AsyncIterator[Moment]:
        """Every moment of the call, from the first to the last, as it happens."""
        seen = 0
        while True:
            news = self._news
            for moment in self.record.timeline[seen:]:
                seen += 1
                yield moment
            if seen == len(self.record.timeline):
                if self.record.done:
                    return
                await news.wait()

    async def wait_done(self, seconds: float) -> bool:
        """Wait until the call is over and reported; False when it still is not after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                return await self._done.wait()
        except TimeoutError:
            return False

    def _write(
        self, kind: MomentKind, text: str, waited: float | None = None, data: Mapping[str, Any] | None = None
    ) -> None:
        self.record.timeline.append(Moment(at=self.at(), kind=kind, text=text, waited=waited, data=dict(data or {})))
        self._wake()

    def _wake(self) -> None:
        """Everybody who waited on the old event goes on; whoever comes later waits for the next one."""
        news, self._news = self._news, asyncio.Event()
        news.set()
