"""Answers: one cell for each tool call, or one for the whole event. A cell is said once, and the same to everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from redis.asyncio import Redis

from store import keys
from store.runs import Claim, LeaseLostError
from store.scripting import run

By = Literal["rule", "meanwhile", "fallback"]
Settled = Literal["kept", "late", "set"]


@dataclass(frozen=True)
class CellAnswer:
    """What is to be said in one cell, and who says it."""

    by: By
    body: dict[str, Any]
    rule: str = ""

    def to_json(self) -> bytes:
        """Stable bytes: the same answer is recognised again."""
        return orjson.dumps({"by": self.by, "rule": self.rule, "body": self.body}, option=orjson.OPT_SORT_KEYS)

    @property
    def state(self) -> str:
        """What its cell becomes; a fallback makes what is said meanwhile the answer."""
        return {"meanwhile": "provisional", "rule": "ready", "fallback": "fallback"}[self.by]

    @classmethod
    def from_json(cls, data: bytes) -> CellAnswer:
        """The other direction."""
        record = orjson.loads(data)
        return cls(record["by"], record["body"], record["rule"])


class LateAnswerError(Exception):
    """Something else was said already, or nobody is left to say it."""


@dataclass(frozen=True)
class LastWord:
    """An answer that a job ends with."""

    tool_id: str
    answer: CellAnswer

    @property
    def flat(self) -> tuple[str, str, bytes]:
        """As scripts take it."""
        return self.tool_id, self.answer.state, self.answer.to_json()


@dataclass(frozen=True)
class Cell:
    """Everything known of one cell; times are Unix milliseconds."""

    tool_id: str
    state: str
    """provisional, ready, claimed or sent."""
    answer: CellAnswer | None = None
    answered_at: int = 0
    said: CellAnswer | None = None
    said_at: int = 0
    late: CellAnswer | None = None
    late_at: int = 0


class Answers:
    """The answer cells of all waiting events."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._left: list[str | int] = []
        self._note: asyncio.Task[None] | None = None

    async def settle(self, claim: Claim, event_id: str, tool_id: str, answer: CellAnswer) -> Settled:
        """Put an answer into its cell: provisional for `meanwhile`, final otherwise. Raises LeaseLostError."""
        arguments = (claim.job_id, claim.token, event_id, tool_id, answer.state, answer.to_json())
        result: bytes = await run(self._redis, "settle", *arguments)
        if result == b"stale":
            raise LeaseLostError(claim.job_id)
        return result.decode()  # type: ignore[return-value]

    async def collect(
        self, event_id: str, tool_ids: Sequence[str], fallback: CellAnswer, *, close: bool
    ) -> list[CellAnswer] | None:
        """Take what is to be said for each tool id; None while something is missing and the deadline has not come."""
        said = await run(self._redis, "collect", event_id, int(close), fallback.to_json(), *tool_ids)
        return None if said is None else [CellAnswer.from_json(answer) for answer in said]

    async def mark_sent(self, event_id: str, tool_ids: Sequence[str]) -> None:
        """The reply has left for the platform. Those that leave at the same moment are noted together."""
        self._left += (event_id, len(tool_ids), *tool_ids)
        self._note = self._note or asyncio.create_task(self._note_sent())
        await asyncio.shield(self._note)

    async def _note_sent(self) -> None:
        left, self._left, self._note = self._left, [], None
        await run(self._redis, "sent", *left)

    async def cells(self, event_id: str) -> dict[str, Cell]:
        """Every cell of an event by tool id ("" where there are no tools)."""
        return read_cells(await self._redis.hgetall(keys.ANSWERS + event_id))  # type: ignore[misc]


def read_cells(fields: Mapping[bytes, bytes]) -> dict[str, Cell]:
    """An event's cells from the fields of their hash."""
    text = {name.decode(): value for name, value in fields.items()}
    ids = [name.partition(":")[2] for name in text if name.startswith("state:")]
    return {tool_id: _cell(tool_id, text) for tool_id in ids}


def _cell(tool_id: str, fields: dict[str, bytes]) -> Cell:
    def answer(name: str) -> CellAnswer | None:
        data = fields.get(f"{name}:{tool_id}")
        return CellAnswer.from_json(data) if data else None

    def moment(name: str) -> int:
        return int(fields.get(f"{name}:{tool_id}", 0))

    return Cell(
        tool_id, fields[f"state:{tool_id}"].decode(), answer("answer"), moment("at"), answer("said"), moment("said_at"),
        answer("late"), moment("late_at"),
    )  # fmt: skip
