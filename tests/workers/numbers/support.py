"""Numbers that are kept on the sandbox's platforms, in one process, with a clock that can be put forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

from console.sandbox import seed
from console.sandbox.app import FLIREO_BASE, FLUENTS_BASE, VAPI_BASE, build_sandbox
from console.sandbox.platforms.fluents import seed as fluents_seed
from console.sandbox.settings import SandboxSettings
from console.sandbox.world import World
from store.client import Store
from store.connections import Api, Connection
from store.numbers import Asked, Term
from workers.desk import Desk
from workers.numbers.keeper import Keeper
from workers.numbers.watched import Watched
from workers.pausing import Pauses
from workers.toolbox import Clients
from workers.vocabulary import vocabulary

MAIN = "+31850000001"
Platform = Literal["g1", "g2", "g3", "fluents", "vapi"]
PLATFORMS: tuple[Platform, ...] = ("g1", "g2", "g3", "fluents", "vapi")
BASES = {"g1": "/flireo", "g2": FLIREO_BASE, "g3": FLIREO_BASE, "fluents": FLUENTS_BASE, "vapi": VAPI_BASE}
KEYS = {"g1": "fl_live_sandbox_g1", "fluents": "fluents_sandbox", "vapi": "vapi_sandbox"}
AGENTS = {
    "fluents": (fluents_seed.FLUENTS_DAY_AGENT, fluents_seed.FLUENTS_NIGHT_AGENT),
    "vapi": (seed.VAPI_DAY_DESK, seed.VAPI_NIGHT_DESK),
}
VARS = "timezone: Europe/Amsterdam\nday: {day}\nnight: {night}\nopening: {{ mon-sun: {hours} }}\n"
FILE = """\
numbers:
  desk:
    "+31850000001":
      when: {{ hours: vars.opening, agent: vars.day }}
      otherwise: vars.night
"""


def agents(platform: Platform) -> tuple[str, str]:
    """Day and night."""
    return AGENTS.get(platform, (seed.DAY_DESK, seed.NIGHT_DESK))


def connection(platform: Platform, name: str = "desk") -> Connection:
    """Of the sandbox."""
    flireo = platform in ("g1", "g2", "g3")
    fields: dict[str, Any] = {"generation": platform} if flireo else {}
    base = "http://sandbox" + BASES[platform]
    return Connection(
        name=name,
        provider="flireo" if flireo else platform,
        api=Api(base_url=base, key=KEYS.get(platform, "fl_live_sandbox")),
        **fields,
    )


@dataclass
class Office:
    """Everything one test needs: `ahead` is how far the clock has been put forward, in seconds."""

    store: Store
    folder: Path
    platform: Platform = "g3"
    ahead: float = 0.0
    seen: list[httpx.Request] = field(default_factory=list)
    before_change: Callable[[], None] = lambda: None
    """Called when a request that changes something arrives."""

    def __post_init__(self) -> None:
        self.app = build_sandbox(SandboxSettings())
        transport = httpx.ASGITransport(self.app)
        self.http = httpx.AsyncClient(transport=transport, event_hooks={"request": [self._saw]})
        self.connections = {"desk": connection(self.platform)}
        self.pauses = Pauses()
        clients = Clients(self.http, dict.fromkeys(self.connections, self.http))
        self.words = vocabulary(self.connections)
        self.desk = Desk(self.store, None, self.words, self.connections, clients, pauses=self.pauses)  # type: ignore[arg-type]
        self.open()
        self.file()
        self._put_forward()

    async def _saw(self, request: httpx.Request) -> None:
        if request.method != "GET":
            self.before_change()
        self.seen.append(request)

    @property
    def world(self) -> World:
        found: World = self.app.state.sandbox.world
        return found

    @property
    def day(self) -> str:
        return agents(self.platform)[0]

    @property
    def night(self) -> str:
        return agents(self.platform)[1]

    def open(self, hours: str = "open") -> None:
        """What vars.yaml says: `open`, `closed` or a span."""
        text = VARS.format(day=self.day, night=self.night, hours=f'"{hours}"')
        (self.folder / "vars.yaml").write_text(text)

    def file(self, text: str = FILE, **top: str) -> None:
        """What numbers.yaml says."""
        lines = "".join(f"{key}: {value}\n" for key, value in top.items())
        (self.folder / "numbers.yaml").write_text(lines + text.format())

    def _put_forward(self) -> None:
        tend, now_ms = self.store.numbers.tend, self.store.schedules.now_ms

        async def tending(worker: str, seconds: float) -> Term:
            term = await tend(worker, seconds)
            return Term(term.token, term.now_ms + round(self.ahead * 1000), term.asked)

        async def now() -> int:
            return await now_ms() + round(self.ahead * 1000)

        self.store.numbers.tend = tending  # type: ignore[method-assign]
        self.store.schedules.now_ms = now  # type: ignore[method-assign]

    def keeper(self, name: str = "w1") -> Keeper:
        """A worker that may become the keeper."""
        return Keeper(self.desk, Watched(self.folder, self.words, {}, self.store.numbers), name, 900.0)

    def changes(self) -> list[str]:
        """Requests that change something, as method and path."""
        return [f"{each.method} {each.url.path}" for each in self.seen if each.method != "GET"]

    def answers(self, number: str = MAIN) -> str:
        """Who answers a number on the platform."""
        return next(_agent(each) or "" for each in self._numbers() if _number(each) == number)

    def by_hand(self, agent: str | None, number: str = MAIN) -> None:
        """Somebody points it elsewhere on the platform's own pages."""
        for each in self._numbers():
            if _number(each) == number:
                if isinstance(each, dict):
                    each["inbound_agent"] = agent
                else:
                    each.assistant_id = agent

    def _numbers(self) -> Iterator[Any]:
        account: Any = {"fluents": self.world.fluents, "vapi": self.world.vapi}.get(self.platform, self.world.flireo)
        yield from account.numbers if isinstance(account.numbers, list) else account.numbers.values()

    async def state(self) -> str:
        """What the last look said of the main number."""
        look = await self.store.numbers.look()
        assert look
        return str(look["rows"][0]["state"])

    async def ask(self, keeper: Keeper, wish: Any, *ids: str) -> dict[str, Any]:
        """What a person gets for a wish."""
        asked = Asked(wish, "anna", await self.store.schedules.now_ms(), ids)
        await self.store.numbers.ask(asked)
        await keeper.look()
        told = await self.store.numbers.told(asked.id)
        assert told
        return told

    def soon(self, keeper: Keeper) -> None:
        """The next look is due."""
        keeper._next_look_ms = 0


def _number(each: Any) -> str:
    return str(each["number"] if isinstance(each, dict) else each.number)


def _agent(each: Any) -> str | None:
    found: str | None = each["inbound_agent"] if isinstance(each, dict) else each.assistant_id
    return found
