"""What every platform's API client shares: one attempt a request, named failures, tolerant answers.

Retries are not made here: steps are retried as a whole, and only they know what may be repeated.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError, ValidatorFunctionWrapHandler, field_validator

from workers.clients.errors import ApiError, AuthFailed, InDoubtError, Invalid, Unavailable
from workers.clients.exchange import SAFE_METHODS, Deadline, Received, Recorder, exchange, json_bytes
from workers.clients.failures import failure

ANSWER_LIMIT = 4_194_304
"""Bytes of one answer."""
MAX_PAGES = 50

Query = Mapping[str, str | int | float | bool | None]


class Lenient(BaseModel):
    """Part of a platform's answer: unknown fields are kept, missing ones and nulls are fine, surprises stay as is."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, strict=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _keep_surprises(cls, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            return value


M = TypeVar("M", bound=Lenient)
T = TypeVar("T")


def part(value: Any, model: type[M]) -> M:
    """The value if it is the model that was expected, else an empty one."""
    return value if isinstance(value, model) else model()


def parts(value: Any, model: type[M]) -> list[M]:
    """The members of a list that are of the expected kind; empty when it is no list."""
    if not isinstance(value, list):
        return []
    return [each if isinstance(each, model) else model.model_validate(each) for each in value if _fits(each, model)]


def listed(value: Any, model: type[M]) -> list[M]:
    """As parts, where it matters that something is *not* in the list; raises Unavailable when there is no list."""
    if not isinstance(value, list):
        raise Unavailable("the platform's answer is without the list that is documented")
    return parts(value, model)


def _fits(value: Any, model: type[Lenient]) -> bool:
    return isinstance(value, model | dict)


class Gate(Protocol):
    """What every request of a key passes."""

    async def enter(self) -> None:
        """Take a place before a request leaves; raises Held when there is none."""

    async def rest(self, seconds: float | None) -> None:
        """The platform answered 429: let everybody wait who comes with this key; None when it did not say how long."""


class OpenGate:
    """Lets everybody pass."""

    async def enter(self) -> None:
        return None

    async def rest(self, seconds: float | None) -> None:
        return None


REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Session:
    """What a client needs for the length of one action."""

    http: httpx.AsyncClient
    base_url: str
    key: str = field(repr=False)
    recorder: Recorder
    deadline: Deadline
    auth_header: str = "Authorization"
    auth_prefix: str = "Bearer "
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Values to cut out of records, beside the key."""
    gate: Gate = field(default_factory=OpenGate)

    def proof(self) -> dict[str, str]:
        """The header that shows the key."""
        return {self.auth_header: self.auth_prefix + self.key}


class ApiClient:
    """One platform's API."""

    platform: ClassVar[str]
    codes: ClassVar[Mapping[str, type[ApiError]]] = {}
    """The platform's error codes that say more than the HTTP status."""
    version_path: ClassVar[str] = ""
    """A path every request begins with; a base URL that ends with it already is taken as it is."""
    smallest: ClassVar[tuple[Sequence[str], Query]]
    """A list that every account has, cut as short as the platform allows: its path and its query."""

    def __init__(self, session: Session) -> None:
        if not session.key:
            raise AuthFailed(f"the connection has no api.key for {self.platform}")
        self._session = session
        self._secrets = session.secrets | {session.key}
        self._base = session.base_url.rstrip("/").removesuffix(self.version_path) + self.version_path

    async def knock(self) -> None:
        """One small read, which shows whether the platform is there and takes the key."""
        segments, query = self.smallest
        await self.get_any(*segments, query=query)

    async def get(self, model: type[M], *segments: str, query: Query | None = None) -> M:
        """Read something."""
        return self._read(model, await self._send("GET", segments, query, None, True), "GET")

    async def get_any(self, *segments: str, query: Query | None = None) -> Any:
        """Read something whose outermost shape varies."""
        return self._readable(await self._send("GET", segments, query, None, True), "GET")

    async def write(
        self,
        method: str,
        model: type[M],
        *segments: str,
        body: Any = None,
        query: Query | None = None,
        idempotent: bool = True,
    ) -> M:
        """Change something; `idempotent` when doing it twice is the same as once."""
        return self._read(model, await self._send(method, segments, query, body, idempotent), method)

    async def tell(
        self, method: str, *segments: str, body: Any = None, query: Query | None = None, idempotent: bool = True
    ) -> Any:
        """Change something where any 2xx means that it was done; the answer's JSON, None where it has none."""
        return (await self._send(method, segments, query, body, idempotent)).body

    async def fetch(self, *segments: str, query: Query | None = None, accept: str, limit: int) -> Received:
        """Read something that is no JSON, at most `limit` bytes of it; raises Invalid for more."""
        return await self._send("GET", segments, query, None, True, accept=accept, limit=limit)

    async def location(self, *segments: str) -> str:
        """Where a read is redirected to, which is not followed; its own address where there is no redirect."""
        received = await self._send("GET", segments, None, None, True, accept="*/*", redirects=True)
        return str(received.headers.get("location") or self.address(*segments))

    def address(self, *segments: str, query: Query | None = None) -> str:
        """Where something is read, for somebody who has a key of their own."""
        return str(self._url(segments, query))

    async def _send(
        self,
        method: str,
        segments: Sequence[str],
        query: Query | None,
        body: Any,
        idempotent: bool,
        *,
        accept: str = "application/json",
        limit: int = ANSWER_LIMIT,
        redirects: bool = False,
    ) -> Received:
        session = self._session
        request = self._request(method, segments, query, body, accept)
        await session.gate.enter()
        received = await exchange(
            session.http, request, session.recorder, session.deadline, limit=limit, secrets=self._secrets
        )
        if 200 <= received.status < 300 or (redirects and received.status in REDIRECTS):
            return received
        error = failure(
            received, method, who=self.platform, idempotent=idempotent, codes=self.codes, secrets=self._secrets
        )
        if error.status == 429:
            await session.gate.rest(error.retry_after)
        raise error

    def _request(
        self, method: str, segments: Sequence[str], query: Query | None, body: Any, accept: str
    ) -> httpx.Request:
        headers = {**self._session.proof(), "accept": accept, "accept-encoding": "identity"}
        content = None if body is None else json_bytes(body)
        if content is not None:
            headers["content-type"] = "application/json"
        try:
            url = self._url(segments, query)
            return self._session.http.build_request(method, url, headers=headers, content=content)
        except (httpx.InvalidURL, UnicodeError):
            raise Invalid(f"the address or the key of {self.platform} cannot be used as it is written") from None

    def _url(self, segments: Sequence[str], query: Query | None) -> httpx.URL:
        return httpx.URL(f"{self._base}/{encoded_path(segments)}", params=query or None)

    def _read(self, model: type[M], received: Received, method: str) -> M:
        body = self._readable(received, method)
        try:
            return model.model_validate(body)
        except ValidationError as error:
            raise self._unreadable(received, method, "not the shape that is documented") from error

    def _readable(self, received: Received, method: str) -> Any:
        if received.is_json:
            return received.body
        if not received.content.strip() and method not in SAFE_METHODS:
            return {}
        raise self._unreadable(received, method, "no JSON")

    def _unreadable(self, received: Received, method: str, why: str) -> ApiError:
        kind = Unavailable if method in SAFE_METHODS else InDoubtError
        return kind(f"{self.platform} answered {received.status} with {why}", status=received.status)


def encoded_path(segments: Sequence[str]) -> str:
    """The segments percent-encoded and joined; raises Invalid for one that would change the path's meaning."""
    if any(segment.strip() in ("", ".", "..") for segment in segments):
        raise Invalid("an id is empty or no id")
    return "/".join(quote(segment, safe="") for segment in segments)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list, and what asks for the next one (None at the end)."""

    items: Sequence[T]
    next: Any = None


@dataclass(frozen=True)
class Listing(Generic[T]):
    """The items of all pages that were read."""

    items: list[T]
    complete: bool
    """False when there was more than MAX_PAGES pages."""


async def collect(fetch: Callable[[Any], Awaitable[Page[T]]], first: Any, pages: int = MAX_PAGES) -> Listing[T]:
    """Read page after page, at most `pages`, and stop at a page that brings nothing or points at itself."""
    items: list[T] = []
    position = first
    for _ in range(pages):
        page = await fetch(position)
        items += page.items
        if page.next is None or page.next == position or not page.items:
            return Listing(items, complete=True)
        position = page.next
    return Listing(items, complete=False)


def next_offset(offset: int, count: int, total: Any) -> int | None:
    """Where the next page of an offset list begins; None at the end or when the platform does not tell the total."""
    following = offset + count
    known = isinstance(total, int) and not isinstance(total, bool)
    return following if known and following < total else None


def onward(offset: int, count: int, total: Any) -> int | None:
    """As next_offset, but without a total it goes on until a page is empty: nothing may be overlooked."""
    known = isinstance(total, int) and not isinstance(total, bool)
    return next_offset(offset, count, total) if known else offset + count


def text(value: Any) -> str:
    """A platform's value as text: numbers are written out, anything else that is no text is empty."""
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, str | int) else ""


def ref_id(value: Any) -> str:
    """The id behind a reference that may be an id, a whole object or nothing."""
    return text(value.get("id") if isinstance(value, Mapping) else getattr(value, "id", value))
