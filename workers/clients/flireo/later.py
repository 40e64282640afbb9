"""Flireo, second and third generation (later HMS Sovereign, then VoiceDock): numbers, agents and live calls.

The second generation says agents where the third says assistants. Both paths are documented as working on the current
host, so each generation is spoken to in its own word and answers are read in either. Numbers carry `agent_id` in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeVar

from workers.clients.base import ApiClient, Listing, Page, Session, collect, listed, next_offset, onward, part, parts
from workers.clients.errors import ApiError, Invalid, RateLimited
from workers.clients.flireo.models import (
    Assistant,
    AssistantAnswer,
    Assistants,
    Call,
    Calls,
    ControlAnswer,
    Meta,
    Number,
    NumberAnswer,
    Numbers,
    OutboundAnswer,
)
from workers.clients.times import moment

DEFAULT_BASE_URL = "https://api.hmsovereign.com/api/v1"
PAGE_SIZE = 100

Generation = Literal["g2", "g3"]
T = TypeVar("T")
_AGENTS: Mapping[Generation, str] = {"g2": "agents", "g3": "assistants"}
_AGENT_ID: Mapping[Generation, str] = {"g2": "agent_id", "g3": "assistant_id"}


class FlireoLater(ApiClient):
    """The current API. Its limit is 100 requests a minute for a key, and 10 commands a minute for a live call."""

    platform = "Flireo"
    smallest = (("numbers",), {"limit": 1, "offset": 0})
    codes: ClassVar[Mapping[str, type[ApiError]]] = {"rate_limit_exceeded": RateLimited}

    def __init__(self, session: Session, generation: Generation) -> None:
        super().__init__(session)
        self._agents = _AGENTS[generation]
        self._agent_id = _AGENT_ID[generation]

    async def numbers(self) -> Listing[Number]:
        """All numbers."""

        async def page(offset: int) -> Page[Number]:
            answer = await self.get(Numbers, "numbers", query=_window(offset))
            return _page(listed(answer.numbers, Number), offset, answer.pagination)

        return await collect(page, 0)

    async def number(self, number_id: str) -> Number:
        """One number by its id."""
        return _number(await self.get(NumberAnswer, "numbers", number_id))

    async def create_number(self, body: Mapping[str, Any]) -> Number:
        """Bring a number along, which comes by SIP."""
        return _number(await self.write("POST", NumberAnswer, "numbers", body=dict(body), idempotent=False))

    async def update_number(self, number_id: str, changes: Mapping[str, Any]) -> Number:
        """Change fields of a number; null empties one."""
        return _number(await self.write("PATCH", NumberAnswer, "numbers", number_id, body=dict(changes)))

    async def delete_number(self, number_id: str) -> None:
        """Take a number out of the account."""
        await self.tell("DELETE", "numbers", number_id, idempotent=False)

    async def assistants(self) -> Listing[Assistant]:
        """All assistants."""

        async def page(offset: int) -> Page[Assistant]:
            answer = await self.get(Assistants, self._agents, query=_window(offset))
            return _page(parts(answer.assistants or answer.agents, Assistant), offset, answer.pagination)

        return await collect(page, 0)

    async def assistant(self, assistant_id: str) -> Assistant:
        """One assistant by its id."""
        return _assistant(await self.get(AssistantAnswer, self._agents, assistant_id))

    async def create_assistant(self, fields: Mapping[str, Any]) -> Assistant:
        """Make a new assistant; `name` is required."""
        return _assistant(await self.write("POST", AssistantAnswer, self._agents, body=dict(fields), idempotent=False))

    async def delete_assistant(self, assistant_id: str) -> None:
        """Take an assistant out of the account."""
        await self.tell("DELETE", self._agents, assistant_id, idempotent=False)

    async def update_assistant(self, assistant_id: str, changes: Mapping[str, Any]) -> Assistant:
        """Change fields of an assistant; a block such as `tts_config` is replaced as a whole."""
        return _assistant(await self.write("PATCH", AssistantAnswer, self._agents, assistant_id, body=dict(changes)))

    async def call_out(self, agent: str, body: Mapping[str, Any]) -> OutboundAnswer:
        """Let an agent call `destination`, from the number `number_id`."""
        wanted = {self._agent_id: agent, **body}
        answer = await self.write("POST", OutboundAnswer, "calls", "outbound", body=wanted, idempotent=False)
        if answer.success is False:
            raise Invalid("Flireo did not start the call")
        return answer

    async def call(self, call_id: str) -> Call:
        """One call by its id."""
        return await self.get(Call, "calls", call_id)

    async def calls(self, filters: Mapping[str, str], most: int) -> Listing[Call]:
        """At most about `most` calls that fit `status`, `start_date` and `end_date`."""

        async def page(offset: int) -> Page[Call]:
            answer = await self.get(Calls, "calls", query={**filters, **_window(offset)})
            items = listed(answer.calls, Call)
            return Page(items, onward(offset, len(items), part(answer.pagination, Meta).total))

        return await collect(page, 0, pages=-(-most // PAGE_SIZE))

    async def calls_since(self, begin: datetime) -> Listing[Call]:
        """Every call made after `begin`, and older ones.

        The order of the list is not documented, nor what its filters do to a call that still rings: no filter is used,
        and reading stops early only at a page that shows that the newest come first.
        """

        async def page(offset: int) -> Page[Call]:
            answer = await self.get(Calls, "calls", query=_window(offset))
            items = listed(answer.calls, Call)
            more = onward(offset, len(items), part(answer.pagination, Meta).total)
            return Page(items, None if _reaches(items, begin) else more)

        return await collect(page, 0)

    async def inject_context(self, call_id: str, content: str, trigger_response: bool) -> ControlAnswer:
        """Tell the agent something in the midst of a call, and have it answer at once if asked."""
        return await self._control(
            call_id, {"type": "inject-context", "content": content, "trigger_response": trigger_response}
        )

    async def say(self, call_id: str, content: str, end_after: bool) -> ControlAnswer:
        """Speak a sentence as it is, and hang up after it if asked."""
        return await self._control(call_id, {"type": "say", "content": content, "end_after": end_after})

    async def end_call(self, call_id: str, message: str = "") -> ControlAnswer:
        """Hang up, after a last sentence if there is one."""
        return await self._control(call_id, {"type": "end-call"} | ({"message": message} if message else {}))

    async def transfer(self, call_id: str, destination: str, message: str = "") -> ControlAnswer:
        """Hand the caller over to an E.164 number or a SIP URI."""
        command = {"type": "transfer", "destination": destination}
        return await self._control(call_id, command | ({"message": message} if message else {}))

    async def _control(self, call_id: str, command: dict[str, Any]) -> ControlAnswer:
        answer = await self.write("POST", ControlAnswer, "calls", call_id, "control", body=command, idempotent=False)
        if answer.success is False:
            raise Invalid(f"Flireo did not carry out {command['type']}")
        return answer


def _window(offset: int) -> dict[str, int]:
    return {"limit": PAGE_SIZE, "offset": offset}


def _page(items: list[T], offset: int, pagination: Any) -> Page[T]:
    return Page(items, next_offset(offset, len(items), part(pagination, Meta).total))


def _reaches(calls: Sequence[Call], begin: datetime) -> bool:
    """Whether the calls come newest first, and the last of them is older than `begin`."""
    times = [time for call in calls if (time := moment(call.created_at))]
    return 1 < len(times) == len(calls) and times[-1] < begin and times == sorted(times, reverse=True)


def _number(answer: NumberAnswer) -> Number:
    """The number of an answer, wrapped as documented or bare."""
    if isinstance(answer.number, Number):
        return answer.number
    return Number.model_validate(answer.model_extra or {})


def _assistant(answer: AssistantAnswer) -> Assistant:
    for wrapped in (answer.assistant, answer.agent):
        if isinstance(wrapped, Assistant):
            return wrapped
    return Assistant.model_validate(answer.model_extra or {})
