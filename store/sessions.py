"""Logins to the console: who came in, until they leave or are not seen for a while.

What the browser holds is only known here by its hash, so that a copy of the store opens nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace

import orjson
from redis.asyncio import Redis

from store import keys

IDLE_SECONDS = 12 * 3600
"""A login ends when nothing was asked for this long."""

NAMELESS_SECONDS = 600
"""How long a browser may take to log in."""
MOST_REVEALED = 100
"""How many events and calls a browser sees unmasked; the oldest are masked again."""
SAID_SECONDS = 300
"""How long what a form did waits for a page to be told on."""
STRIKES_SECONDS = 60
"""How long failed logins are counted together."""


@dataclass(frozen=True)
class Session:
    """One browser that was let in."""

    user: str
    """Empty until the password was given."""
    proof: str
    """What a form must carry to show that it is ours."""
    grounds: str
    """What the login rests on; when that has changed, the login is over."""
    revealed: tuple[str, ...] = ()
    """Ids of events and calls whose phone numbers this person asked to see."""


@dataclass(frozen=True)
class Said:
    """What became of a form, as the next page tells it."""

    text: str
    bad: bool = False
    """Whether it was not done."""


class Sessions:
    """Everybody who is logged in."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def begin(self, user: str, grounds: str) -> tuple[str, Session]:
        """A new session, and the token by which its browser is known."""
        token, session = secrets.token_urlsafe(32), Session(user, secrets.token_urlsafe(32), grounds)
        await self._keep(token, session)
        return token, session

    async def get(self, token: str, grounds: str) -> Session | None:
        """The session of a token, kept alive by asking; None when there is none, or when it rests on other grounds."""
        found = await self._redis.get(_key(token))
        session = _read(found) if found else None
        if session is None or session.grounds != grounds:
            return None
        if session.user:
            await self._redis.expire(_key(token), IDLE_SECONDS)
        return session

    async def reveal(self, token: str, session: Session, what: str) -> None:
        """From now on this browser sees the phone numbers of `what`."""
        revealed = (*session.revealed, what)[-MOST_REVEALED:]
        await self._keep(token, replace(session, revealed=revealed))

    async def say(self, token: str, said: Said) -> None:
        """Let the next page tell this, once."""
        await self._redis.set(_key(token, keys.SAID), orjson.dumps(said.__dict__), ex=SAID_SECONDS)

    async def heard(self, token: str) -> Said | None:
        """What there is to tell; nobody is told again."""
        found = await self._redis.getdel(_key(token, keys.SAID))
        return Said(**orjson.loads(found)) if found else None

    async def secret(self) -> bytes:
        """The same for every console on this store, and known to nobody else."""
        await self._redis.set(keys.CONSOLE_KEY, secrets.token_bytes(32), nx=True)
        found: bytes = await self._redis.get(keys.CONSOLE_KEY)
        return found

    async def struck(self, who: str) -> int:
        """Count one more failed login from an address; how many there were within the last minute or so."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.incr(keys.STRIKES + who)
            pipeline.expire(keys.STRIKES + who, STRIKES_SECONDS, nx=True)
            count, _ = await pipeline.execute()
        return int(count)

    async def strikes(self, who: str) -> int:
        """How many failed logins there were."""
        return int(await self._redis.get(keys.STRIKES + who) or 0)

    async def _keep(self, token: str, session: Session) -> None:
        lasts = IDLE_SECONDS if session.user else NAMELESS_SECONDS
        await self._redis.set(_key(token), orjson.dumps(session.__dict__), ex=lasts)

    async def end(self, token: str) -> None:
        """Log out."""
        await self._redis.delete(_key(token), _key(token, keys.SAID))


def _read(stored: bytes) -> Session:
    fields = orjson.loads(stored)
    return Session(**fields | {"revealed": tuple(fields["revealed"])})


def _key(token: str, prefix: str = keys.SESSION) -> str:
    return prefix + hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
