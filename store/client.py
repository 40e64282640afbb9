"""The connection to the store, and everything that is remembered behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool

from store.answers import Answers
from store.deadletters import DeadLetters
from store.events import Events
from store.holds import Holds
from store.lastgood import LastGood
from store.memory import Memory
from store.queue import Queue
from store.rates import Rates
from store.runs import Runs


def serialise(job: dict[str, Any]) -> bytes:
    """arq's job as JSON. Give it to an arq client as `job_serializer` and it can enqueue for our workers."""
    return orjson.dumps(job)


def deserialise(payload: bytes) -> dict[str, Any]:
    """The other direction; raises ValueError for anything that is not a map."""
    job = orjson.loads(payload)
    if not isinstance(job, dict):
        raise ValueError("a job is a map")
    return job


def connect(url: str, *, timeout: float = 5.0, connect_timeout: float = 2.0) -> ArqRedis:
    """A client for `redis://`, `rediss://` or `unix://`; connects when first used. Timeouts are in seconds."""
    pool: Any = ConnectionPool.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=connect_timeout, health_check_interval=15
    )
    return ArqRedis(pool, job_serializer=serialise, job_deserializer=deserialise)


@dataclass
class Store:
    """One place for all that is remembered. The parts share a connection pool."""

    redis: ArqRedis
    events: Events = field(init=False)
    answers: Answers = field(init=False)
    runs: Runs = field(init=False)
    queue: Queue = field(init=False)
    memory: Memory = field(init=False)
    rates: Rates = field(init=False)
    dead: DeadLetters = field(init=False)
    holds: Holds = field(init=False)
    last_good: LastGood = field(init=False)

    def __post_init__(self) -> None:
        self.events = Events(self.redis)
        self.answers = Answers(self.redis)
        self.runs = Runs(self.redis)
        self.queue = Queue(self.redis)
        self.memory = Memory(self.redis)
        self.rates = Rates(self.redis)
        self.dead = DeadLetters(self.redis)
        self.holds = Holds(self.redis)
        self.last_good = LastGood(self.redis)

    async def close(self) -> None:
        """Drop every connection."""
        await self.redis.aclose(close_connection_pool=True)


def open_store(url: str, *, timeout: float = 5.0) -> Store:
    """A store that connects when first used."""
    return Store(connect(url, timeout=timeout))
