"""What an action is: one async function, its parameters and output as models, and what to do when in doubt.

    @action("call.say", in_doubt="skip", needs_call=True, platforms={"flireo": {"g2", "g3"}})
    async def call_say(context: ActionContext, params: SayParams) -> Done:
        "Speak a sentence into the live call."

The annotations and the docstring drive validation, `check`, the schema, the reference and the command line.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar, get_type_hints

import httpx
from pydantic import BaseModel, ConfigDict

from store.ceilings import Cost
from store.connections import Connection
from store.event import Event
from workers.clients.notices.notifier import Notifier

InDoubt = Literal["repeat", "verify", "skip", "park"]


class Params(BaseModel):
    """The `with` of a step: strict about names, so a typing mistake is a finding and never ignored."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Output(BaseModel):
    """What `steps.ID.*` can ask for afterwards. Tolerant: platforms add fields."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)


class NoOutput(Output):
    """An action with nothing to say afterwards."""


class Limiter(Protocol):
    """Counts over all workers."""

    async def wait_for(self, key: str, limit: int, window: float, who: str = "") -> float:
        """Take one place of `limit` in `window` seconds; 0.0 when taken, else the seconds until one is free.

        Who gives a name has a turn then, before anybody who comes anew. A limit of 0 counts nothing.
        """

    async def rest(self, key: str, seconds: float) -> None:
        """Nobody gets a place of this key for so long."""


class Memory(Protocol):
    """What rules remember about a call or a caller. `operation` makes a repeated step count once."""

    async def set(self, scope: str, key: str, value: Any, ttl: float | None, operation: str) -> Any: ...

    async def add(self, scope: str, key: str, amount: float, ttl: float | None, operation: str) -> Any: ...

    async def forget(self, scope: str, key: str, operation: str) -> Any: ...


class Emitter(Protocol):
    """Puts an event of our own into the queue."""

    async def emit(self, name: str, data: Mapping[str, Any], at: str | None, operation: str) -> str:
        """Returns the new event's id; the same operation gives the same event."""


@dataclass
class Exchange:
    """One outgoing request and its answer, kept in the trace. Credentials are already redacted."""

    sent: Any = None
    got: Any = None


@dataclass
class ActionContext:
    """Everything a running action may touch; whatever is not in here, it may not."""

    event: Event
    operation: str
    """Stable over retries: event, rule, tool, step and `for_each` index. Sent as the Idempotency-Key."""
    timeout: float
    http: httpx.AsyncClient
    """Leaves only for hosts that are public or were allowed."""
    limiter: Limiter
    memory: Memory
    emitter: Emitter
    connection: Connection | None = None
    """Whose API the step drives: the step's `connection`, else the event's."""
    generation: str = ""
    """The dialect of that API, where the platform has several; already resolved, never `auto`."""
    api_http: httpx.AsyncClient | None = None
    """The client of that connection, which may also reach its `base_url`; `http` where there is none."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Values of `secrets.NAME` that the step used; they are cut out of whatever is recorded."""
    exchanges: list[Exchange] = field(default_factory=list)
    log: Callable[[str, str], None] = lambda _level, _message: None
    notifier: Notifier = field(default_factory=Notifier)
    """The way out for notifications, to hosts that are public or were allowed."""
    leaving: Callable[[], None] = lambda: None
    """Asked before each request; raises when the work is not ours any more."""
    waited_for: bool = False
    """Whether somebody waits for the outcome now, so that it goes before work nobody waits for."""
    tried_at: datetime | None = None
    """While an action is verified: when the try began of which nobody knows whether it happened."""

    def record(self, sent: Any, got: Any = None) -> Exchange:
        """Note an outgoing request before it leaves; fill in `got` when the answer is there."""
        self.leaving()
        exchange = Exchange(sent, got)
        self.exchanges.append(exchange)
        return exchange


Perform = Callable[[ActionContext, Any], Awaitable[Output]]
Verify = Callable[[ActionContext, Any], Awaitable[Output | None]]


@dataclass(frozen=True)
class Action:
    """One entry of the registry."""

    name: str
    doc: str
    params: type[Params]
    output: type[Output]
    perform: Perform
    in_doubt: InDoubt
    platforms: Mapping[str, frozenset[str]] | None
    """Provider → generations ("" where it has one) that can do it; None when no platform is needed."""
    needs_call: bool
    verify: Verify | None
    """For `verify`: the output when it happened after all, None when it certainly did not; raises when nobody knows."""
    costs: Cost | None = None
    """Which ceiling of the connection it counts against."""


P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=Output)


def action(
    name: str,
    *,
    in_doubt: InDoubt,
    platforms: Mapping[str, Collection[str]] | None = None,
    needs_call: bool = False,
    verify: Verify | None = None,
    costs: Cost | None = None,
) -> Callable[[Callable[[ActionContext, P], Awaitable[R]]], Action]:
    """Make an `Action` of an async function `(context, params) -> output`; its docstring is what ops read."""
    if costs and in_doubt not in ("verify", "park"):
        raise TypeError(f"action {name} costs money and may not be {in_doubt} in doubt")

    def declare(perform: Callable[[ActionContext, P], Awaitable[R]]) -> Action:
        hints = get_type_hints(perform)
        return Action(
            name=name,
            doc=_documented(name, perform),
            params=hints["params"],
            output=hints["return"],
            perform=perform,
            in_doubt=in_doubt,
            platforms=_frozen(platforms),
            needs_call=needs_call,
            verify=verify,
            costs=costs,
        )

    return declare


def _documented(name: str, perform: Callable[..., Any]) -> str:
    if not perform.__doc__:
        raise TypeError(f"action {name} has no docstring")
    return inspect.cleandoc(perform.__doc__)


def _frozen(platforms: Mapping[str, Collection[str]] | None) -> Mapping[str, frozenset[str]] | None:
    if platforms is None:
        return None
    return {provider: frozenset(generations) for provider, generations in platforms.items()}


def in_doubt_for(action: Action, params: Params) -> InDoubt:
    """What to do when a step may or may not have happened: the rule's own `in_doubt` where the action offers one."""
    chosen: InDoubt | None = getattr(params, "in_doubt", None)
    return chosen or action.in_doubt
