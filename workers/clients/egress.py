"""The way out: HTTP clients that reach public addresses, and others only where an operator listed them.

A name is looked up once, every address it has is judged, and the connection goes to an address that passed. What DNS
says a moment later changes nothing, and redirects and odd spellings of addresses pass the same gate. Proxy settings of
the environment are not used, since a proxy would do the looking up.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx

from workers.clients.addresses import AllowList
from workers.clients.errors import NotAllowed

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Wrap = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]
"""Puts something around the transport that sends, to see how requests end."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_DEFAULT_TIMEOUT = 10.0
_LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=30.0)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every address the system's resolver knows, in its order of preference."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to addresses that were judged, and to no others."""

    def __init__(self, allow: AllowList, resolver: Resolve) -> None:
        self._allow = allow
        self._resolve = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if not 0 < port < 65536:
            raise httpcore.ConnectError("no such port")
        until = time.monotonic() + (_DEFAULT_TIMEOUT if timeout is None else timeout)
        addresses = self._judged(host, port, await self._addresses(host, port, until))
        for position, address in enumerate(addresses, start=1):
            share = max(until - time.monotonic(), 0.0) / (len(addresses) - position + 1)
            try:
                return await self._inner.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if position == len(addresses):
                    raise
        raise httpcore.ConnectError("the name has no address")

    async def _addresses(self, host: str, port: int, until: float) -> Sequence[str]:
        try:
            async with asyncio.timeout(until - time.monotonic()):
                return await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name cannot be resolved") from error

    def _judged(self, host: str, port: int, addresses: Sequence[str]) -> list[str]:
        if self._allow.has_host(host, port):
            return list(addresses)
        passed = [address for address in addresses if self._allow.may_reach(ipaddress.ip_address(address))]
        if addresses and not passed:
            raise NotAllowed(f"{host} is not a public address and not in HTTP_ALLOW")
        return passed


@contextmanager
def _as_httpx_errors() -> Iterator[None]:
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
    ) as error:
        kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__)
        raise kind(str(error)) from error


class _Stream(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx_errors():
            async for part in self._stream:
                yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class GuardedTransport(httpx.AsyncBaseTransport):
    """An httpx transport over a `GuardedBackend`; TLS still verifies the name, not the address."""

    def __init__(
        self,
        allow: AllowList,
        *,
        resolver: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        limits: httpx.Limits = _LIMITS,
    ) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(),
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=GuardedBackend(allow, resolver),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        outgoing = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        with _as_httpx_errors():
            response = await self._pool.handle_async_request(outgoing)
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Stream(response.stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


def egress_client(
    allow: Collection[str],
    *,
    resolver: Resolve = resolve,
    tls: ssl.SSLContext | None = None,
    timeout: float = _DEFAULT_TIMEOUT,
    watched: Wrap = lambda transport: transport,
) -> httpx.AsyncClient:
    """A client for `http.request`: public hosts and what `allow` lists; raises ValueError for an unreadable entry.

    It keeps no cookies, so that rules do not meet in one session.
    """
    transport = GuardedTransport(AllowList(allow), resolver=resolver, tls=tls)
    no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        transport=watched(transport),
        cookies=no_cookies,
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        headers={"user-agent": "Hookswitch"},
    )


def connection_client(base_url: str, *, watched: Wrap = lambda transport: transport) -> httpx.AsyncClient:
    """A client for one connection's API, which may reach the host and port of its `base_url` ("" for none)."""
    return egress_client(_own_host(base_url), watched=watched)


def _own_host(base_url: str) -> list[str]:
    if not base_url:
        return []
    url = httpx.URL(base_url)
    host = f"[{url.host}]" if ":" in url.host else url.host
    return [f"{host}:{url.port or _DEFAULT_PORTS.get(url.scheme, 443)}"]
