"""Sends notifications: each in a process of its own, few at a time, stopped when its time is over.

A process can be stopped where a thread could not, has nothing of the worker's environment, and carries a guard over all
it connects to. Starting one takes about a third of a second.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from workers.clients.addresses import AllowList
from workers.clients.notices.report import Report

AT_ONCE = 4
"""Processes at one time; the others wait for their turn within their own time."""

_LONGEST_LINE = 65_536
_KEPT = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "TZ", "LD_LIBRARY_PATH")
_PROGRAM = ("-I", "-m", "workers.clients.notices.child")

Format = Literal["text", "markdown", "html"]


@dataclass(frozen=True)
class Notice:
    """What people are told."""

    body: str
    title: str = ""
    format: Format = "text"


class Notifier:
    """The way out for notifications; `allow` as for every other request."""

    def __init__(self, allow: Collection[str] = ()) -> None:
        AllowList(allow)
        self.allow = list(allow)
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def send(self, url: str, notice: Notice, seconds: float) -> Report:
        """What became of it after `seconds` at the most."""
        told: dict[str, Any] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._turns:
                await self._deliver(self._job(url, notice, seconds), told)
        return _report(told)

    def _job(self, url: str, notice: Notice, seconds: float) -> bytes:
        job = {"url": url, "body": notice.body, "title": notice.title, "format": notice.format}
        return json.dumps({**job, "allow": self.allow, "seconds": seconds}).encode()

    async def _deliver(self, job: bytes, told: dict[str, Any]) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *_PROGRAM, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, env=_environment(), limit=_LONGEST_LINE, start_new_session=True,
        )  # fmt: skip
        try:
            await _converse(process, job, told)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _converse(process: asyncio.subprocess.Process, job: bytes, told: dict[str, Any]) -> None:
    if process.stdin is None or process.stdout is None:
        return
    with suppress(ConnectionError):
        process.stdin.write(job)
        await process.stdin.drain()
    process.stdin.close()
    async for line in process.stdout:
        with suppress(ValueError):
            told |= json.loads(line)


def _environment() -> dict[str, str]:
    """None of our secrets, no proxies, nobody's netrc."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {"NETRC": os.devnull}


def _report(told: dict[str, Any]) -> Report:
    try:
        return Report.model_validate(told)
    except ValidationError:
        return Report(left=bool(told.get("left")))
