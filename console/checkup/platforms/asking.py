"""Every connection with an API key is tried with one small read, all at once; then its webhooks are looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence, Sized
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from redis.exceptions import RedisError

from console.checkup.finding import Finding
from console.checkup.platforms.compare import Ours, Wanted, hook_findings
from console.checkup.platforms.hooks import read_settings
from console.checkup.platforms.refusals import Whose, refusal, unread
from console.cli.storage import store_url
from receiver.providers import PROVIDERS
from receiver.settings import ReceiverSettings
from rules.engine.loading.load import NoFolder, load_folder
from rules.engine.rule import Rule
from store.client import Store, open_store
from store.connections import Api, Connection, ConnectionsError, Part, load_connections
from store.embedded import EmbeddedError
from workers.actions.base import Exchange, Limiter
from workers.actions.ports.base import Port, proof_of
from workers.actions.ports.gates import key_gate
from workers.actions.ports.table import PORTS
from workers.clients.base import ApiClient, Session
from workers.clients.egress import connection_client
from workers.clients.errors import ApiError, Invalid, Unavailable
from workers.clients.exchange import Deadline
from workers.clients.flireo.later import FlireoLater
from workers.settings import WorkerSettings, vars_from
from workers.vocabulary import vocabulary

EACH = 10.0
"""Seconds that one connection is given."""
_PARTS: tuple[Part, Part, Part] = ("api", "auth", "neither")
_USUAL = "g3"
"""The dialect in which an API is asked where the connection leaves it open: hosts and keys are those of g2."""


@dataclass(frozen=True)
class SharedLimits:
    """The limits that all workers share; with the store away everybody is let in."""

    store: Store | None

    async def wait_for(self, key: str, limit: int, window: float, who: str = "") -> float:
        """See Limiter."""
        try:
            return await self.store.rates.wait_for(key, limit, window, who) if self.store else 0.0
        except (RedisError, OSError):
            return 0.0

    async def rest(self, key: str, seconds: float) -> None:
        """See Limiter."""
        if self.store:
            with suppress(RedisError, OSError):
                await self.store.rates.rest(key, seconds)


@dataclass(frozen=True)
class Visit:
    """Asks without an event, and keeps nothing of what was said."""

    limiter: Limiter
    operation: str = ""
    waited_for: bool = False
    exchanges: Sized = field(default=())

    def record(self, sent: Any, got: Any = None) -> Exchange:
        """See Recorder."""
        return Exchange(sent, got)


@dataclass(frozen=True)
class Round:
    """What is known before anybody is asked."""

    public_url: str
    calling: Mapping[str, Connection]
    """Connections with the keys of workers."""
    receiving: Mapping[str, Connection]
    """The same with webhook secrets, as far as they are known here."""
    written: Mapping[str, Connection]
    """The same without any secret."""
    rules: Sequence[Rule]
    limiter: Limiter

    def asked(self) -> list[Connection]:
        """Those whose platform can be asked something."""
        able = (each for each in self.calling.values() if each.on and each.provider in PORTS)
        return [each for each in able if each.api and each.api.key]

    def ours(self, name: str) -> Ours:
        """A connection as its platform should know it."""
        return Ours(self.receiving[name], self.public_url, frozenset(self.calling))

    def wanted(self, name: str) -> Wanted:
        """What its rules listen to."""
        connection = self.calling[name]
        return Wanted.by(self.rules, connection, PROVIDERS[connection.provider].kinds)


async def platform_findings(
    receiver: ReceiverSettings, worker: WorkerSettings, environ: Mapping[str, str]
) -> list[Finding]:
    """What the platforms say, in the order of the connections; nothing where these cannot be read."""
    try:
        calling, receiving, written = (load_connections(receiver.connections, environ, part) for part in _PARTS)
    except ConnectionsError:
        return []
    store = _store(receiver)
    rules = _rules(worker, calling, environ)
    try:
        around = Round(receiver.public_url, calling, receiving, written, rules, SharedLimits(store))
        found = await asyncio.gather(*(_examined(each, around) for each in around.asked()))
    finally:
        if store:
            await store.close()
    return [finding for findings in found for finding in findings]


def _store(settings: ReceiverSettings) -> Store | None:
    try:
        return open_store(store_url(settings))
    except (EmbeddedError, ValueError):
        return None


def _rules(worker: WorkerSettings, connections: Mapping[str, Connection], environ: Mapping[str, str]) -> Sequence[Rule]:
    try:
        return load_folder(worker.rules_dir, vocabulary(connections, None), vars_from(environ)).rules
    except NoFolder:
        return ()


async def _examined(connection: Connection, around: Round) -> list[Finding]:
    """One connection: its key first, since nothing else is told without it."""
    kind, whose = _port(connection), Whose.of(around.written[connection.name])
    found: list[Finding] = []
    try:
        async with asyncio.timeout(EACH), _way_out(connection) as http:
            api = _client(connection, kind, http, around.limiter)
            await api.knock()
            found.append(Finding("ok", whose.about, f"{kind.platform} takes it"))
            found += hook_findings(await read_settings(api), around.ours(whose.name), around.wanted(whose.name))
    except TimeoutError:
        late = Unavailable(f"{kind.platform} did not answer within {EACH:g} s")
        found.append(unread(late, whose) if found else refusal(late, whose))
    except ApiError as error:
        found.append(unread(error, whose) if found else refusal(error, whose))
    return found


def _way_out(connection: Connection) -> httpx.AsyncClient:
    try:
        return connection_client(connection.api.base_url if connection.api else "")
    except (httpx.InvalidURL, ValueError):
        raise Invalid("its base_url is no address") from None


def _port(connection: Connection) -> type[Port]:
    generations = PORTS[connection.provider]
    return generations.get("") or generations[_generation(connection)]


def _generation(connection: Connection) -> str:
    return _USUAL if connection.generation == "auto" else connection.generation


def _client(connection: Connection, kind: type[Port], http: httpx.AsyncClient, limiter: Limiter) -> ApiClient:
    api, visit = connection.api or Api(), Visit(limiter)
    gate = key_gate(visit, kind.platform, api.key, kind.per_minute)
    session = Session(
        http=http, base_url=kind.address_of(connection.name, api), key=api.key, recorder=visit,
        deadline=Deadline(EACH), secrets=frozenset(), gate=gate, **proof_of(api),
    )  # fmt: skip
    if kind.speaks is FlireoLater:
        return FlireoLater(session, "g2" if connection.generation == "g2" else "g3")
    return kind.speaks(session)
