"""Dead letters, by what they died of: look at a group first, then retry or drop exactly what was shown."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.deadscope import NO_RULE
from console.web.desk import desk_of, note
from console.web.going import to
from console.web.render import page
from console.web.seeing import shown
from store.client import Store
from store.deadletters import DeadLetter

MOST = 5_000
"""The newest letters that are looked at."""
LISTED = 100
AT_ONCE = 50

Verb = Callable[[DeadLetter], Awaitable[bool]]


@dataclass(frozen=True)
class Group:
    """Letters of one rule that died of the same thing."""

    key: str
    """Stands for rule and reason in addresses and forms, since a reason may hold what is not to be shown."""
    rule: str
    reason: str
    letters: Sequence[DeadLetter]
    """Newest first."""

    @property
    def newest_ms(self) -> int:
        """When the last one died."""
        return self.letters[0].died_ms

    @property
    def oldest_ms(self) -> int:
        """When the first one died."""
        return self.letters[-1].died_ms


async def show(request: Request) -> Response:
    """The groups."""
    store = desk_of(request).store
    groups = [_shown(group) for group in await _groups(store)]
    return await page(request, "dead.html", groups=groups, count=await store.dead.count(), most=MOST)


async def show_group(request: Request) -> Response:
    """What retrying or dropping a group would touch; nothing is touched yet."""
    group = await _group(desk_of(request).store, request.path_params["group"])
    letters = [_told(letter) for letter in group.letters[:LISTED]]
    more = len(group.letters) - len(letters)
    return await page(request, "deadgroup.html", group=_shown(group), letters=letters, more=more)


async def retry(request: Request) -> Response:
    """Put the letters that were shown back into the bulk lane."""
    store = desk_of(request).store
    return await _do(request, "retry", lambda letter: store.dead.retry(letter))


async def drop(request: Request) -> Response:
    """Forget the letters that were shown."""
    store = desk_of(request).store
    return await _do(request, "drop", lambda letter: store.dead.drop(letter))


async def _do(request: Request, did: str, verb: Verb) -> Response:
    """Only letters of the group that had died when it was shown; those that came since are not meant."""
    form = request.scope["form"]
    group = await _group(desk_of(request).store, request.path_params["group"])
    until = form.get("until", "")
    if not until.isdigit() or len(until) > 15:
        raise HTTPException(404)
    meant = [letter for letter in reversed(group.letters) if letter.died_ms <= int(until)]
    count = await _each(meant, verb)
    await note(request, f"{did} dead letters", rule=group.rule, reason=_masked(group.reason)[:200], letters=count)
    return await to(request, "/dead", _done(did, count))


def _done(did: str, count: int) -> str:
    letters = "1 dead letter is" if count == 1 else f"{count} dead letters are"
    return f"{letters} tried again in the bulk lane" if did == "retry" else f"{letters} dropped; events and traces stay"


async def _each(letters: Sequence[DeadLetter], verb: Verb) -> int:
    """Some at a time, in the order in which they died; how many were still there."""
    count = 0
    for start in range(0, len(letters), AT_ONCE):
        count += sum(await asyncio.gather(*(verb(letter) for letter in letters[start : start + AT_ONCE])))
    return count


async def _groups(store: Store) -> list[Group]:
    """By rule and reason, the most first."""
    found: dict[tuple[str, str], list[DeadLetter]] = {}
    async for letter in store.dead.newest(MOST):
        found.setdefault((letter.rule or NO_RULE, letter.reason), []).append(letter)
    secret = await store.sessions.secret()
    groups = [Group(_key(secret, *about), *about, letters) for about, letters in found.items()]
    return sorted(groups, key=lambda group: -len(group.letters))


async def _group(store: Store, key: str) -> Group:
    """Raises 404 when nobody is in it any more."""
    for group in await _groups(store):
        if group.key == key:
            return group
    raise HTTPException(404)


def _key(secret: bytes, rule: str, reason: str) -> str:
    """Keyed, since a number that is masked in the reason has few digits left to guess."""
    return hmac.new(secret, f"{rule}\0{reason}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:24]


def _shown(group: Group) -> dict[str, Any]:
    kinds = _names(letter.kind for letter in group.letters)
    return {
        "key": group.key, "rule": group.rule, "has_rule": group.rule != NO_RULE, "reason": _masked(group.reason),
        "count": len(group.letters), "newest": group.newest_ms, "oldest": group.oldest_ms, "kinds": kinds,
        "connections": _names(letter.connection for letter in group.letters),
    }  # fmt: skip


def _names(found: Iterable[str]) -> str:
    return ", ".join(sorted(set(found) - {""}))


def _told(letter: DeadLetter) -> dict[str, Any]:
    return {
        "event": letter.event_id, "kind": letter.kind, "connection": letter.connection, "step": letter.step,
        "tries": letter.attempts, "died": letter.died_ms,
    }  # fmt: skip


def _masked(text: str) -> str:
    return str(shown(text, (), numbers=False))


ROUTES = (
    Route("/dead", show),
    Route("/dead/{group}", show_group),
    Route("/dead/{group}/retry", retry, methods=["POST"]),
    Route("/dead/{group}/drop", drop, methods=["POST"]),
)
