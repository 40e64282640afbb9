"""What the neutral actions ask of a platform. A port is one platform's answer; what it leaves out, it cannot do."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel

from store.connections import Api
from workers.actions.base import ActionContext
from workers.actions.neutral import (
    Agent,
    AgentList,
    Bought,
    Done,
    Linked,
    Number,
    NumberList,
    PhoneCall,
    Released,
    Started,
    Unlinked,
    unlinked,
)
from workers.actions.ports.doubt import certainly_not
from workers.actions.ports.gates import InnerGate, key_gate
from workers.clients.base import ApiClient, Gate, Session, text
from workers.clients.errors import Conflict, Invalid, NotFound, Unsupported
from workers.clients.exchange import Deadline
from workers.clients.redact import redacted

Operation = Callable[..., Any]
"""A method of Port, by which the capability table is asked."""

_PUNCTUATION = re.compile(r"[\s().-]")
_E164 = re.compile(r"\+[1-9]\d{6,14}")


class Port:
    """One platform behind the neutral actions."""

    platform: ClassVar[str]
    base_url: ClassVar[str] = ""
    """Where its API is when the connection does not say."""
    speaks: ClassVar[type[ApiClient]] = ApiClient
    """The client of its API."""
    lacks: ClassVar[Mapping[str, str]] = {}
    """Neutral action → why the platform cannot do it, as half a sentence."""
    per_minute: ClassVar[int] = 0
    """Requests a minute for one key; 0 when no limit is documented."""
    frees_first: ClassVar[bool] = False
    """Whether a number that an agent has must be freed before another one can have it."""

    def __init__(self, context: ActionContext) -> None:
        self.context = context
        self.api = _api(context)

    def session(self, inner: Gate | None = None) -> Session:
        """What a client needs: this connection's address and key, and its place in the rate limit and an inner one.

        `auth_header` and `auth_prefix` in the connection's api.defaults replace `Authorization: Bearer`.
        """
        gate = key_gate(self.context, self.platform, self.api.key, self.per_minute)
        return Session(
            http=self.context.api_http or self.context.http,
            base_url=self.address_of(_name(self.context), self.api),
            key=self.api.key,
            recorder=self.context,
            deadline=Deadline(self.context.timeout),
            secrets=self.context.secrets,
            gate=InnerGate(inner, gate) if inner else gate,
            **proof_of(self.api),
        )

    @classmethod
    def address_of(cls, connection: str, api: Api) -> str:
        """Where the API is; raises Invalid where nobody knows."""
        if not (api.base_url or cls.base_url):
            raise Invalid(f"connection {connection} has no api.base_url, and {cls.platform} has no default")
        return api.base_url or cls.base_url

    def event_call(self) -> str:
        """What the call of the event is known by at this platform's API; empty when it is not told."""
        return self.context.event.call.id

    async def number_list(self) -> NumberList:
        raise self.cannot("list numbers")

    async def number_get(self, number: str) -> Number:
        raise self.cannot("show a number")

    async def number_search(self, search: Mapping[str, Any]) -> NumberList:
        raise self.cannot("search for numbers")

    async def number_buy(self, order: Mapping[str, Any]) -> Bought:
        raise self.cannot("buy a number")

    async def number_bought(self, order: Mapping[str, Any]) -> Bought | None:
        """What number_buy gave when its answer was lost; None when it certainly did not happen."""
        raise self.cannot("tell whether a number was bought")

    async def number_release(self, number: str) -> Released:
        raise self.cannot("give a number back")

    async def number_released(self, number: str) -> Released | None:
        """What number_release gave when its answer was lost; None when it certainly did not happen."""
        raise self.cannot("tell whether a number was given back")

    async def number_link(self, number: str, agent: str) -> Linked:
        raise self.cannot("link a number")

    async def number_unlink(self, number: str, agent: str) -> Unlinked:
        raise self.cannot("unlink a number")

    async def number_hand_over(self, number: Number, agent: str) -> bool:
        """Link a number that was just listed, unless somebody has changed since who answers it; whether it was done."""
        now = await self.number_get(number.number or number.id)
        if now.agent != number.agent and not (self.frees_first and not now.agent):
            return False
        if self.frees_first and now.agent:
            await self.number_unlink(now.id, now.agent)
        await self.number_link(now.id, agent)
        return True

    async def number_update(self, number: str, changes: Mapping[str, Any]) -> Number:
        raise self.cannot("change a number")

    async def agent_list(self) -> AgentList:
        raise self.cannot("list agents")

    async def agent_get(self, agent: str) -> Agent:
        raise self.cannot("show an agent")

    async def agent_update(self, agent: str, changes: Mapping[str, Any]) -> Agent:
        raise self.cannot("change an agent")

    async def call_start(self, start: Mapping[str, Any]) -> Started:
        raise self.cannot("start a call")

    async def call_started(self, start: Mapping[str, Any]) -> Started | None:
        """What call_start gave when its answer was lost; None when it certainly did not happen."""
        raise self.cannot("tell whether a call was started")

    async def call_get(self, call: str) -> PhoneCall:
        raise self.cannot("show a call")

    async def call_inject(self, call: str, text: str, respond: bool) -> Done:
        raise self.cannot("tell a live call something")

    async def call_say(self, call: str, text: str, end_after: bool) -> Done:
        raise self.cannot("speak into a live call")

    async def call_end(self, call: str, message: str) -> Done:
        raise self.cannot("end a call")

    async def call_transfer(self, call: str, to: str, message: str) -> Done:
        raise self.cannot("transfer a live call")

    def tells_agent(self, number: Number) -> bool:
        """Whether the platform tells which agent answers this number."""
        return True

    def only(self, given: Mapping[str, Any], what: str, *usable: str) -> None:
        """Raise Unsupported for parameters that were given and mean nothing here."""
        extra = sorted(name for name, value in given.items() if value and name not in usable)
        if extra:
            raise self.cannot(f"{what} {', '.join(extra)}")

    def cannot(self, what: str) -> Unsupported:
        """The error for something this platform has no way to do."""
        generation = f" ({self.context.generation})" if self.context.generation else ""
        return Unsupported(f"{self.platform}{generation} cannot {what}")


def proof_of(api: Api) -> dict[str, str]:
    """How the key is shown: what replaces `Authorization: Bearer` in a session."""
    return {
        "auth_header": text(api.defaults.get("auth_header")) or "Authorization",
        "auth_prefix": text(api.defaults.get("auth_prefix", "Bearer ")),
    }


class NumbersByAgent(Port):
    """Where each number names the agent that answers it: the hooks are the platform's, the rest is the same for all."""

    @abstractmethod
    async def _find(self, number: str) -> Number:
        """By its E.164 form or its id; raises NotFound."""

    @abstractmethod
    async def _point(self, number: Number, agent: str | None) -> None:
        """Let this agent alone answer it, or nobody; raises Conflict where the platform then shows another one."""

    @abstractmethod
    async def _give_back(self, number: Number) -> None:
        """Take it out of the account."""

    def _points(self, number: Number, agent: str) -> bool:
        """Whether this agent alone answers it."""
        return number.agent == agent

    async def _named(self, number: str) -> Number:
        """As much of it as is needed to change it; raises NotFound."""
        return await self._find(number)

    async def _again(self, number: Number) -> Number:
        """A number that was listed, as it is now, by as few requests as can be; raises NotFound."""
        return await self._find(number.id)

    def _ours(self, number: Number) -> bool:
        """Whether a number that is listed is still in the account."""
        return True

    async def number_get(self, number: str) -> Number:
        return await self._find(number)

    async def number_link(self, number: str, agent: str) -> Linked:
        wanted = await self._find(number)
        changed = not self._points(wanted, agent)
        if changed:
            await self._point(wanted, agent)
        return Linked(id=wanted.id, number=wanted.number, agent=agent, changed=changed)

    async def number_hand_over(self, number: Number, agent: str) -> bool:
        now = await self._again(number)
        if now.agent != number.agent:
            return False
        await self._point(now, agent)
        return True

    async def number_unlink(self, number: str, agent: str) -> Unlinked:
        held = [await self._find(number)] if number else (await self.number_list()).numbers
        freed = [each for each in held if each.agent and agent in ("", each.agent)]
        for each in freed:
            await self._point(each, None)
        return unlinked([each.number or each.id for each in freed])

    async def number_release(self, number: str) -> Released:
        await self._give_back(await self._named(number))
        return Released(number=number)

    async def number_released(self, number: str) -> Released | None:
        listing, name = await self.number_list(), e164(number)
        if any(name in (e164(each.number), each.id) and self._ours(each) for each in listing.numbers):
            return None
        certainly_not(listing.complete)
        return Released(number=number)


def _name(context: ActionContext) -> str:
    return context.connection.name if context.connection else "?"


def _api(context: ActionContext) -> Api:
    connection = context.connection
    if connection is None:
        raise Invalid("the step has no connection; name one with `connection:`")
    if connection.missing:
        raise Invalid(f"connection {connection.name} is off: {', '.join(connection.missing)} not set")
    if connection.api is None:
        raise Invalid(f"connection {connection.name} has no `api:`")
    return connection.api


def is_number(text: str) -> bool:
    """Whether this is an E.164 number rather than a platform's id."""
    return text.strip().startswith("+")


def e164(text: str) -> str:
    """The number without the blanks and punctuation people write in it; an id unchanged."""
    return _PUNCTUATION.sub("", text) if is_number(text) else text.strip()


def _whole_number(text: str) -> str:
    number = e164(text)
    if not _E164.fullmatch(number):
        raise ValueError("write a whole number with its country, such as +31850000001")
    return number


E164 = Annotated[str, AfterValidator(_whole_number)]
"""A parameter that must be an E.164 number; blanks and punctuation in it are taken out."""


def found(numbers: Iterable[Number], wanted: str, complete: bool) -> Number:
    """The number with this E.164 form or id; raises NotFound."""
    name = e164(wanted)
    for each in numbers:
        if name in (e164(each.number), each.id):
            return each
    raise NotFound("no such number" if complete else "no such number among those that were read; there are more")


def confirmed(agent: str, stated: str) -> None:
    """Raise Conflict when the platform reports success and another agent."""
    if stated != agent:
        raise Conflict("the platform accepted the change, but the number still points elsewhere")


def raw(model: BaseModel) -> dict[str, Any]:
    """A platform's own fields as they came, without credentials."""
    fields: dict[str, Any] = redacted(model.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False))
    return fields
