"""What the neutral actions ask of a platform. A port is one platform's answer; what it leaves out, it cannot do."""

from __future__ import annotations

import hashlib
import re
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
)
from workers.clients.base import Gate, Session, no_gate, text
from workers.clients.errors import Conflict, Invalid, NotFound, RateLimited, Unsupported
from workers.clients.exchange import Deadline
from workers.clients.redact import redacted

Operation = Callable[..., Any]
"""A method of Port, by which the capability table is asked."""

_PUNCTUATION = re.compile(r"[\s().-]")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_RESERVE = 0.8
"""The part of a rate limit that work nobody waits for may use."""


class Port:
    """One platform behind the neutral actions."""

    platform: ClassVar[str]
    base_url: ClassVar[str] = ""
    """Where its API is when the connection does not say."""
    per_minute: ClassVar[int] = 0
    """Requests a minute for one key; 0 when no limit is documented."""

    def __init__(self, context: ActionContext) -> None:
        self.context = context
        self.api = _api(context)

    def session(self) -> Session:
        """What a client needs: this connection's address and key, and its place in the rate limit.

        `auth_header` and `auth_prefix` in the connection's api.defaults replace `Authorization: Bearer`.
        """
        base_url = self.api.base_url or self.base_url
        if not base_url:
            raise Invalid(f"connection {_name(self.context)} has no api.base_url, and {self.platform} has no default")
        return Session(
            http=self.context.api_http or self.context.http,
            base_url=base_url,
            key=self.api.key,
            recorder=self.context,
            deadline=Deadline(self.context.timeout),
            secrets=self.context.secrets,
            auth_header=text(self.api.defaults.get("auth_header")) or "Authorization",
            auth_prefix=text(self.api.defaults.get("auth_prefix", "Bearer ")),
            gate=key_gate(self.context, self.platform, self.api.key, self.per_minute),
        )

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

    def only(self, given: Mapping[str, Any], what: str, *usable: str) -> None:
        """Raise Unsupported for parameters that were given and mean nothing here."""
        extra = sorted(name for name, value in given.items() if value and name not in usable)
        if extra:
            raise self.cannot(f"{what} {', '.join(extra)}")

    def cannot(self, what: str) -> Unsupported:
        """The error for something this platform has no way to do."""
        generation = f" ({self.context.generation})" if self.context.generation else ""
        return Unsupported(f"{self.platform}{generation} cannot {what}")


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


def key_gate(context: ActionContext, platform: str, key: str, per_minute: int) -> Gate:
    """A place in the key's limit over all workers; a fifth of it is kept for events whose caller waits."""
    if not per_minute:
        return no_gate
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    ceiling = per_minute if context.event.waits else int(per_minute * _RESERVE)

    async def gate() -> None:
        await take(context, f"{platform.lower()}:key:{digest}", ceiling, f"{platform}'s requests a minute")

    return gate


async def take(context: ActionContext, key: str, limit: int, what: str) -> None:
    """Take one of `limit` places in a minute, or raise RateLimited with the seconds until one is free."""
    wait = await context.limiter.wait_for(key, limit, 60.0)
    if wait > 0:
        raise RateLimited(f"our own limit of {limit} is reached: {what}", retry_after=wait)


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
