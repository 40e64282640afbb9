"""A small client of the sandbox's own routes, blocking for the command line and async for everything else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from console.sandbox.faults import Fault
from console.sandbox.record import CallRecord, Moment
from console.sandbox.script import Generation, Platform, Script

DEFAULT_URL = "http://127.0.0.1:8090"
TIMEOUT = httpx.Timeout(10.0, read=150.0)


class SandboxRefused(Exception):
    """The sandbox said no; `status` and `reason` are its words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"the sandbox answered {status}: {reason}")
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Ask:
    """One request to the sandbox."""

    method: str
    path: str
    json: Any = None
    query: Mapping[str, str] = field(default_factory=dict)


def ask_call(script: Script) -> Ask:
    return Ask("POST", "/sandbox/calls", script.model_dump(mode="json"))


def ask_record(call_id: str, wait: float = 0.0) -> Ask:
    return Ask("GET", call_path(call_id), query={"wait": str(wait)})


def ask_event(
    payload: Mapping[str, Any], generation: Generation, kind: str = "", copies: int = 1, platform: Platform = "flireo"
) -> Ask:
    spoken = {"platform": platform, "generation": generation}
    body = {"payload": dict(payload), **spoken, "kind": kind, "copies": copies}
    return Ask("POST", "/sandbox/events", body)


def ask_fault(fault: Fault) -> Ask:
    return Ask("POST", "/sandbox/faults", fault.model_dump())


def ask_requests(path: str = "") -> Ask:
    return Ask("GET", "/sandbox/requests", query={"path": path})


def call_path(call_id: str, rest: str = "") -> str:
    """The path of a call: its id is opaque and may hold anything."""
    return f"/sandbox/calls/{quote(call_id, safe='')}{rest}"


def read_event(path: Path) -> dict[str, Any]:
    """An event's payload from a JSON file; raises ValueError when it is no JSON object, OSError when unreadable."""
    payload = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(payload, dict):
        raise ValueError(f"{path} is not a JSON object")
    return payload


def read_line(line: str) -> Moment | CallRecord:
    """One line of a call's stream: a moment, or at the end the whole record."""
    parsed = json.loads(line)
    return CallRecord.model_validate(parsed["call"]) if "call" in parsed else Moment.model_validate(parsed)


def answer(response: httpx.Response) -> Any:
    """The JSON answer, None when there is none; raises SandboxRefused."""
    if response.is_success:
        return response.json() if response.content else None
    raise SandboxRefused(response.status_code, _reason(response))


def _reason(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return response.text[:200]


class SandboxClient:
    """The blocking one. Raises SandboxRefused, and httpx's own errors when the sandbox is not there."""

    def __init__(self, url: str = DEFAULT_URL, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(base_url=url, transport=transport, timeout=TIMEOUT, trust_env=False)

    def __enter__(self) -> SandboxClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, ask: Ask) -> Any:
        """Send any request of this module and give the JSON answer."""
        return answer(self._http.request(ask.method, ask.path, json=ask.json, params=dict(ask.query)))

    def place_call(self, script: Script) -> CallRecord:
        """Start a call; the record is its beginning."""
        return CallRecord.model_validate(self.ask(ask_call(script)))

    def follow(self, call_id: str) -> Iterator[Moment | CallRecord]:
        """Every moment as it happens, and the whole record at the end."""
        with self._http.stream("GET", call_path(call_id, "/stream")) as response:
            if not response.is_success:
                response.read()
                answer(response)
            for line in response.iter_lines():
                yield read_line(line)

    def record(self, call_id: str, wait: float = 0.0) -> CallRecord:
        """The record, at the call's end or after `wait` seconds."""
        return CallRecord.model_validate(self.ask(ask_record(call_id, wait)))

    def send_event(
        self,
        path: Path,
        generation: Generation,
        kind: str = "",
        copies: int = 1,
        platform: Platform = "flireo",
    ) -> dict[str, Any]:
        """Deliver the event in a JSON file, signed, and tell what the webhook replied."""
        sent: dict[str, Any] = self.ask(ask_event(read_event(path), generation, kind, copies, platform))
        return sent


class AsyncSandboxClient:
    """The async one."""

    def __init__(self, url: str = DEFAULT_URL, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(base_url=url, transport=transport, timeout=TIMEOUT, trust_env=False)

    async def __aenter__(self) -> AsyncSandboxClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def ask(self, ask: Ask) -> Any:
        """Send any request of this module and give the JSON answer."""
        return answer(await self._http.request(ask.method, ask.path, json=ask.json, params=dict(ask.query)))

    async def place_call(self, script: Script) -> CallRecord:
        """Start a call; the record is its beginning."""
        return CallRecord.model_validate(await self.ask(ask_call(script)))

    async def follow(self, call_id: str) -> AsyncIterator[Moment | CallRecord]:
        """Every moment as it happens, and the whole record at the end."""
        async with self._http.stream("GET", call_path(call_id, "/stream")) as response:
            if not response.is_success:
                await response.aread()
                answer(response)
            async for line in response.aiter_lines():
                yield read_line(line)

    async def record(self, call_id: str, wait: float = 0.0) -> CallRecord:
        """The record, at the call's end or after `wait` seconds."""
        return CallRecord.model_validate(await self.ask(ask_record(call_id, wait)))
