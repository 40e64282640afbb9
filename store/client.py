"""The connection to the store, and everything that is remembered behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

from store.answers import Answers
from store.audit import Audit
from store.backlog import Backlog
from store.calls import Calls
from store.deadletters import DeadLetters
from store.events import Events
from store.forgetting import Forgetting
from store.holds import Holds
from store.lastgood import LastGood
from store.link import StoreRedis, connect
from store.memory import Memory
from store.numbers import Numbers
from store.pauses import Pauses
from store.queue import Queue
from store.rates import Rates
from store.reconciles import Reconciles
from store.retention import Retention
from store.roster import Roster
from store.runs import Runs
from store.schedules import Schedules
from store.sessions import Sessions
from store.spending import Spending
from store.tallies import Tallies


@dataclass
class Store:
    """One place for all that is remembered. The parts share a connection pool."""

    redis: StoreRedis
    events: Events = field(init=False)
    answers: Answers = field(init=False)
    runs: Runs = field(init=False)
    queue: Queue = field(init=False)
    memory: Memory = field(init=False)
    rates: Rates = field(init=False)
    dead: DeadLetters = field(init=False)
    holds: Holds = field(init=False)
    last_good: LastGood = field(init=False)
    schedules: Schedules = field(init=False)
    pauses: Pauses = field(init=False)
    spending: Spending = field(init=False)
    backlog: Backlog = field(init=False)
    retention: Retention = field(init=False)
    roster: Roster = field(init=False)
    sessions: Sessions = field(init=False)
    audit: Audit = field(init=False)
    tallies: Tallies = field(init=False)
    numbers: Numbers = field(init=False)
    calls: Calls = field(init=False)
    reconciles: Reconciles = field(init=False)
    forgetting: Forgetting = field(init=False)

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
        self.schedules = Schedules(self.redis)
        self.pauses = Pauses(self.redis)
        self.spending = Spending(self.redis)
        self.backlog = Backlog(self.redis)
        self.retention = Retention(self.redis)
        self.roster = Roster(self.redis)
        self.sessions = Sessions(self.redis)
        self.audit = Audit(self.redis)
        self.tallies = Tallies(self.redis)
        self.numbers = Numbers(self.redis)
        self.calls = Calls(self.redis)
        self.reconciles = Reconciles(self.redis)
        self.forgetting = Forgetting(self.redis)

    async def close(self) -> None:
        """Drop every connection."""
        await self.redis.aclose(close_connection_pool=True)


def open_store(url: str, *, copies: int = 0, timeout: float = 5.0, tried: bool = True) -> Store:
    """A store that connects when first used; `copies` is on how many replicas a write must be before it counts."""
    return Store(connect(url, copies=copies, timeout=timeout, tried=tried))
