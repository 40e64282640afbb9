"""Plays one call from the first ring to the report, and keeps to what the platform documents while doing so.

Where the pages are silent the sandbox decides: a rejected or lost call gets one last status-update and no report;
a number without an assistant is lost when the webhook names none; a transferred call ends like any other; a tool
that brought nothing usable is apologised for. `user_hangup` and `max_duration` are documented end reasons,
`assistant_hangup`, `transferred` and `rejected` are the sandbox's own.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from console.sandbox.caller import APOLOGY, Pickup, Unreadable, accepted
from console.sandbox.courier import Courier, Reply, Webhook, encode
from console.sandbox.faults import FaultBook
from console.sandbox.livecall import LiveCall, wall_clock
from console.sandbox.manners import Account, Speaker, Told, manner_of
from console.sandbox.platforms.vapi.replies import FORWARDED
from console.sandbox.record import Sent
from console.sandbox.script import Platform, Script, ScriptTool, Turn
from console.sandbox.settings import Options, SandboxSettings

RING = 0.2
SPEECH = 0.25
"""Seconds that a ring and a sentence take at pace 1."""
LOST = Reply(0, error="it was lost on its way")
DEFAULT_GREETING = "Hello, how can I help you?"
REPLY_KEPT = 16_000
"""Characters of a reply that are written down."""


@dataclass(frozen=True)
class Surroundings:
    """What every call is played in."""

    settings: SandboxSettings
    options: Options
    accounts: Mapping[Platform, Account]
    courier: Courier
    faults: FaultBook


class Play:
    """One call being played."""

    def __init__(
        self,
        call: LiveCall,
        script: Script,
        target: Webhook,
        assistant: Speaker | None,
        surroundings: Surroundings,
    ) -> None:
        self._call = call
        self._script = script
        self._target = target
        self._assistant = assistant
        self._around = surroundings
        self._manner = manner_of(script, surroundings.settings, surroundings.options)
        self._envelope = self._manner.envelope
        self._unwaited: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Play the whole call."""
        try:
            await self._passes(RING)
            pickup = await self._pick_up()
            if await self._answered(pickup):
                await self._conversation(pickup.max_duration)
                await self._end()
            await asyncio.gather(*self._unwaited)
        finally:
            for task in self._unwaited:
                task.cancel()

    # Picking up

    async def _pick_up(self) -> Pickup:
        if not self._is_inbound() or not self._manner.asks(self._assistant):
            return self._resolve(Pickup("saved"))
        reply, sent = await self._deliver("assistant-request", self._envelope.assistant_request(self._call))
        pickup = self._manner.read_pickup(reply)
        sent.problems += pickup.problems
        self._call.sent(sent)
        if pickup.knows:
            self._call.knows(pickup.knows)
        return self._resolve(pickup)

    def _is_inbound(self) -> bool:
        return self._call.record.direction == "inbound"

    def _wants(self, event: str) -> bool:
        return self._assistant is None or self._assistant.wants(event)

    def _resolve(self, pickup: Pickup) -> Pickup:
        """Find the assistant that will speak and its configuration; a number without any is lost."""
        if pickup.outcome in ("rejected", "lost", "forwarded"):
            return pickup
        if pickup.outcome == "hybrid" and not self._change_assistant(pickup.assistant_id):
            return Pickup("lost", words=self._manner.unknown_assistant)
        saved = self._assistant.configuration() if self._assistant and self._manner.saves_assistants else {}
        self._call.config = saved | dict(pickup.config)
        if not self._call.config:
            return Pickup("lost", words=self._manner.no_assistant)
        return pickup

    def _change_assistant(self, assistant_id: str) -> bool:
        """Whether anybody answers: the named assistant, or the saved one where the platform goes on with that."""
        named = self._around.accounts[self._script.platform].assistants.get(assistant_id)
        if named is None:
            instead = "the call is lost" if self._manner.unknown_assistant else "the saved one answers"
            self._call.problem(f"assistant-request: there is no assistant {assistant_id}, {instead}")
            return not self._manner.unknown_assistant
        self._assistant = named
        self._call.record.assistant_id, self._call.record.assistant_name = named.id, named.name
        return True

    async def _answered(self, pickup: Pickup) -> bool:
        record = self._call.record
        match pickup.outcome:
            case "rejected":
                self._call.caller_hears(pickup.words)
                record.status, record.end_reason = "rejected", "rejected"
                await self._tell_status("ended")
            case "forwarded":
                await self._forward(pickup.words)
            case "lost":
                self._call.note("the call is lost")
                record.status, record.error = self._manner.failed, pickup.words
                await self._tell_status(record.status)
            case _:
                record.status, record.started_at = "in-progress", wall_clock()
                self._unwaited.add(self._go(self._tell_status("in-progress")))
                return True
        return False

    async def _forward(self, words: str) -> None:
        """The caller goes elsewhere before any assistant has spoken."""
        if words:
            self._call.caller_hears(words)
        self._call.note("the call is forwarded")
        self._call.record.status, self._call.record.end_reason = "transferred", FORWARDED
        await self._tell_status("forwarding")
        await self._tell_status("ended")

    # Talking

    async def _conversation(self, max_duration: float | None) -> None:
        started = self._call.at()
        turns, over = self._go(self._take_turns()), self._go(self._until_over())
        try:
            done, _ = await asyncio.wait({turns, over}, timeout=max_duration, return_when=asyncio.FIRST_COMPLETED)
        finally:
            turns.cancel()
            over.cancel()
            await asyncio.gather(turns, over, return_exceptions=True)
        if turns in done:
            turns.result()
        self._call.end("user_hangup" if turns in done else "max_duration")
        self._call.record.duration = round(self._call.at() - started, 3)

    async def _until_over(self) -> None:
        await self._call.over.wait()

    async def _take_turns(self) -> None:
        greeting = self._manner.greeting(self._call.config, DEFAULT_GREETING)
        if greeting:
            await self._agent_says(greeting)
        for turn in self._script.turns:
            await self._take(turn)
            if turn.hang_up:
                return

    async def _take(self, turn: Turn) -> None:
        if turn.caller:
            self._call.caller_says(turn.caller)
            self._tell_what_was_said("user")
            await self._speech_takes_time()
        if turn.tools:
            await self._reach_for(turn.tools)
        if turn.pause:
            await self._passes(turn.pause)
        if turn.hold:
            await self._hold(turn.hold)

    async def _agent_says(self, text: str) -> None:
        self._call.caller_hears(text)
        self._tell_what_was_said("assistant")
        await self._speech_takes_time()

    def _tell_what_was_said(self, role: str) -> None:
        self._tell_beside(self._manner.spoken(self._call, role))

    def _tell_beside(self, told: Sequence[Told]) -> None:
        """Nothing waits until these have arrived."""
        for event, payload in told:
            self._unwaited.add(self._go(self._tell(event, payload)))

    async def _speech_takes_time(self) -> None:
        await self._passes(SPEECH)
        self._call.falls_silent()

    async def _hold(self, seconds: float) -> None:
        """Wait for a live command, unless one came since the last tool was asked."""
        try:
            async with asyncio.timeout(seconds):
                await self._call.command_heard.wait()
        except TimeoutError:
            self._call.note(f"nothing more was heard within {seconds:g} s")

    # Tools

    async def _reach_for(self, tools: Sequence[ScriptTool]) -> None:
        self._call.command_heard.clear()
        asked = [tool.model_copy(update={"id": tool.id or f"call_{secrets.token_hex(6)}"}) for tool in tools]
        waited_for = [tool for tool in asked if not tool.async_]
        for tool in asked:
            if tool.async_:
                self._unwaited.add(self._go(self._fire(tool)))
                await self._agent_says(tool.async_response)
        if waited_for:
            await self._ask(waited_for)

    async def _fire(self, tool: ScriptTool) -> None:
        await self._tell("tool-calls", self._envelope.tool_calls(self._call, [tool]), tool.name)

    async def _ask(self, tools: Sequence[ScriptTool]) -> None:
        if not self._wants("tool-calls"):
            await self._agent_says(APOLOGY)
            return
        results: dict[str, str] = {}
        for asked in self._manner.at_once(tools):
            results |= await self._results(asked)
        await self._agent_says(_sentence(tools, results))

    async def _results(self, tools: Sequence[ScriptTool]) -> Mapping[str, str]:
        """What one delivery of tools brings, by their ids."""
        payload = self._envelope.tool_calls(self._call, tools)
        reply, sent = await self._deliver("tool-calls", payload, tools[0].name)
        read = self._manner.read_results(reply, [tool.id for tool in tools])
        sent.problems += read.problems
        self._call.sent(sent)
        self._tell_beside(self._manner.done(self._call, tools, read.results))
        return read.results

    # Ending

    async def _end(self) -> None:
        record = self._call.record
        record.status = "transferred" if record.end_reason == "transferred" else "ended"
        record.ended_at = wall_clock()
        self._call.note(f"the call ended: {record.end_reason}")
        await self._tell_status("ended")
        for event, payload in self._manner.afterwards(self._call, self._summary(), self._script.analysis):
            await asyncio.sleep(self._around.settings.report_delay)
            await self._tell(event, payload)

    def _summary(self) -> str:
        said = [message["content"] for message in self._call.record.messages() if message["role"] == "user"]
        return self._script.summary or (f"The caller said: {' '.join(said)}" if said else "The caller said nothing.")

    # Delivering

    async def _tell_status(self, status: str) -> None:
        await self._tell(*self._manner.status(self._call, status))

    async def _tell(self, event: str, payload: Mapping[str, Any], tool: str = "") -> None:
        """Deliver an event whose reply is not read."""
        if not self._wants(event):
            return
        reply, sent = await self._deliver(event, payload, tool)
        try:
            accepted(reply)
        except Unreadable as error:
            sent.problems.append(f"{event}: {error}")
        self._call.sent(sent)

    async def _deliver(self, event: str, payload: Mapping[str, Any], tool: str = "") -> tuple[Reply, Sent]:
        at = self._call.at()
        deadline = self._manner.deadline(event)
        copies = self._around.faults.copies_of(event)
        lost = any(fnmatchcase(event, pattern) for pattern in self._script.lost)
        body = encode(payload)
        try:
            reply = LOST if lost else await self._around.courier.deliver(
                self._target, event, body, deadline, copies, tool
            )  # fmt: skip
        except asyncio.CancelledError:
            self._call.note(f"the call ended before {event} was answered")
            raise
        return reply, Sent(
            event=event,
            at=at,
            seconds=round(reply.seconds, 3),
            status=reply.status,
            body=dict(payload),
            reply=reply.text[:REPLY_KEPT] or reply.error,
            in_time=reply.in_time,
            copies=reply.copies,
            problems=[] if reply.copies_agree else [f"{event}: copies of one delivery got different replies"],
        )

    async def _passes(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self._around.options.pace)

    @staticmethod
    def _go(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(work)


def _sentence(tools: Sequence[ScriptTool], results: Mapping[str, str]) -> str:
    """What the agent makes of the results, one sentence for each tool; one apology for what is missing."""
    words = [results[tool.id] for tool in tools if tool.id in results]
    return " ".join([*words, APOLOGY] if len(words) < len(tools) else words)
