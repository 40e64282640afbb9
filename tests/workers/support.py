"""A small installation in one process: rules from text, a platform that answers, jobs taken up one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rules.engine.loading.load import load_folder
from store.client import Store
from store.connections import Api, Connection
from store.event import Event
from store.queue import Batch, ClaimedJob
from store.retention import Keep
from store.runs import RunId
from tests.store.builders import ALL_LANES, accept
from tests.workers.clients.support import Platform
from workers.actions import ACTIONS
from workers.actions.base import ActionContext, Output, Params, action
from workers.clients.errors import Invalid, Unavailable
from workers.desk import Desk
from workers.handle import handle_event, resume_run
from workers.late import handle_unsent
from workers.lease import Lease
from workers.pausing import Pauses
from workers.reconcile.complete import complete_call
from workers.reconcile.job import reconcile
from workers.toolbox import Clients
from workers.vocabulary import vocabulary

CRM = "https://crm.test"
HANDLERS: Mapping[str, Callable[..., Awaitable[None]]] = {
    "event": handle_event,
    "run": resume_run,
    "late": handle_unsent,
    "complete": complete_call,
    "reconcile": reconcile,
}


def front_desk(**more: Any) -> Connection:
    fields: dict[str, Any] = {
        "name": "desk",
        "provider": "flireo",
        "generation": "auto",
        "api": Api(base_url="https://flireo.test", key="key-of-the-desk"),
        "fallback": {"tool-calls": {"result": "Later."}},
    }
    return Connection(**(fields | more))


@dataclass
class Shop:
    """Everything one test needs."""

    store: Store
    folder: Path
    platform: Platform = field(default_factory=lambda: Platform({}))
    connections: dict[str, Connection] = field(default_factory=lambda: {"desk": front_desk()})
    secrets: dict[str, str] = field(default_factory=dict)
    pauses: Pauses = field(default_factory=Pauses)
    _desk: Desk | None = None

    def rule(self, name: str, text: str) -> None:
        """Put a rule in force from the next job on."""
        description = "" if "description:" in text else "description: A rule of a test.\n"
        (self.folder / f"{name}.yaml").write_text(description + text)
        self._desk = None

    def without(self, name: str) -> None:
        """Take a rule away."""
        (self.folder / f"{name}.yaml").unlink()
        self._desk = None

    @property
    def desk(self) -> Desk:
        """The worker's desk; the same one until a rule changes."""
        if self._desk is None:
            words = vocabulary(self.connections, self.secrets)
            loaded = load_folder(self.folder, words)
            errors = [finding.text for finding in loaded.findings if finding.severity == "error"]
            assert not errors, errors
            client = self.platform.client()
            clients = Clients(client, dict.fromkeys(self.connections, client))
            self._desk = Desk(self.store, loaded, words, self.connections, clients, self.secrets, self.pauses)
        return self._desk

    async def post(self, event: Event, **fields: Any) -> Event:
        """Store an event the way the receiver does. A caller has a minute, unless `deadline_in` says otherwise."""
        await accept(self.store, event, **({"deadline_in": 60.0} | fields if event.waits else fields))
        return event

    async def take(self) -> tuple[ClaimedJob, Lease]:
        """Claim the only job that is due."""
        asked_at = asyncio.get_running_loop().time()
        batch: Batch = await self.store.queue.claim("w", ALL_LANES)
        assert len(batch.jobs) == 1, [job.claim.job_id for job in batch.jobs]
        return batch.jobs[0], Lease(batch.jobs[0].claim, batch.now_ms, asked_at)

    async def perform(self, job: ClaimedJob, lease: Lease) -> None:
        """Run a claimed job, letting out whatever goes wrong."""
        kind, _, rest = job.claim.job_id.partition(":")
        context = {"desk": self.desk, "job": job, "lease": lease, "keep": Keep()}
        await (HANDLERS[kind](context, rest) if rest else HANDLERS["event"](context, kind))

    async def work(self) -> None:
        """Run everything that is due, and what becomes due by it."""
        while True:
            asked_at = asyncio.get_running_loop().time()
            batch = await self.store.queue.claim("w", ALL_LANES)
            if not batch.jobs:
                return
            for job in batch.jobs:
                await self.perform(job, Lease(job.claim, batch.now_ms, asked_at))

    async def hurry(self) -> None:
        """Whatever waits for its time is due now, and no key rests any more."""
        for rate in await self.store.redis.keys("hs:rate:*"):
            await self.store.redis.delete(rate)
        for lane in ALL_LANES:
            for job_id in await self.store.redis.zrange(f"hs:queue:{lane}", 0, -1):
                await self.store.redis.zadd(f"hs:queue:{lane}", {job_id: 1})

    async def lose(self, lease: Lease) -> None:
        """As if the worker had given no sign of life for longer than its lease."""
        await self.store.redis.delete(f"arq:in-progress:{lease.claim.job_id}")
        await self.store.redis.zadd(f"hs:queue:{lease.claim.lane}", {lease.claim.job_id: 1})

    async def mark(self, key: str, field: str, value: str | bytes) -> None:
        """Change one field of a stored hash."""
        await self.store.redis.execute_command("HSET", key, field, value)  # type: ignore[no-untyped-call]

    async def pause(self, scope: str, why: str = "") -> None:
        """As a person would; this worker knows at once."""
        await self.store.pauses.begin(scope, "anna", why)
        await self.pauses.look(self.store.pauses)

    async def resume(self, scope: str) -> int:
        """Lift it; how many runs go on."""
        lifted = await self.store.pauses.resume(scope)
        await self.pauses.look(self.store.pauses)
        return lifted.runs

    async def trace(self, event: Event, rule: str, tool: str = "") -> dict[str, Any]:
        """What is told about a rule."""
        found = await self.store.events.trace(event.id)
        record: dict[str, Any] = found[f"rule:{rule}:{tool}"]
        return record

    async def outcomes(self, event: Event) -> dict[str, str]:
        """Rule and tool → outcome."""
        found = await self.store.events.trace(event.id)
        return {name[5:]: record["outcome"] for name, record in found.items() if name.startswith("rule:")}

    async def steps(self, event: Event, rule: str, tool: str = "") -> dict[str, Any]:
        """The journal of a run."""
        return (await self.store.runs.load(RunId(event.id, rule, tool))).steps

    async def status(self, event: Event) -> str:
        return (await self.store.events.statuses([event.id]))[0]

    async def said(self, event: Event, cell: str = "t1") -> Any:
        """What the caller hears when the platform asks now."""
        found = (await self.store.answers.cells(event.id)).get(cell)
        return found.answer.body if found and found.answer else None

    async def letters(self) -> list[Any]:
        return [letter async for letter in self.store.dead.newest(10)]


class PokeParams(Params):
    """What a test's action is given."""

    value: Any = None


class PokeOutput(Output):
    """What it gives."""

    value: Any = None


Body = Callable[[ActionContext, Any], Awaitable[Any]]


@dataclass
class Poke:
    """An action of a test: counts its calls and does what the test says."""

    body: Body | None = None
    verdict: Body | None = None
    seen: list[Any] = field(default_factory=list)
    asked: int = 0

    async def perform(self, context: ActionContext, params: PokeParams) -> PokeOutput:
        """An action of a test."""
        self.seen.append(params.value)
        return PokeOutput(value=await self.body(context, params.value) if self.body else params.value)

    async def verify(self, context: ActionContext, params: PokeParams) -> Output | None:
        self.asked += 1
        assert self.verdict
        found = await self.verdict(context, params.value)
        return None if found is None else PokeOutput(value=found)


def add_action(monkeypatch: Any, name: str, poke: Poke, in_doubt: Any = "repeat", costs: Any = None) -> Poke:
    """Register a test's action for the length of the test."""

    async def perform(context: ActionContext, params: PokeParams) -> PokeOutput:
        """An action of a test."""
        return await poke.perform(context, params)

    verify = poke.verify if in_doubt == "verify" else None
    declared = action(name, in_doubt=in_doubt, verify=verify, costs=costs)(perform)
    monkeypatch.setitem(ACTIONS, name, declared)
    return poke


async def fails(*_: Any, **__: Any) -> Any:
    """The body of an action that is refused."""
    raise Invalid("the far side said no")


async def busy(*_: Any) -> Any:
    """The body of an action whose far side is away."""
    raise Unavailable("busy")


TOOL = "on: { tool-calls: look_up }\n"


def says(text: str, more: str = "") -> str:
    """A rule that answers the tool call of `an_event`."""
    return f"{TOOL}answer: {{ result: {text} }}\n{more}"


__all__ = ["CRM", "TOOL", "Poke", "Shop", "add_action", "busy", "fails", "front_desk", "says"]
