"""Runs: one rule acting on one event or tool call, step by step, each step written down before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import orjson
from redis.asyncio import Redis

from store import keys
from store.events import job_payload
from store.scripting import Argument, run
from store.together import together


class LeaseLostError(Exception):
    """The claim is not ours any more: whatever we were doing, somebody else does it now."""


@dataclass
class Claim:
    """The right to work on a job, for as long as its lease is renewed. `token` fences every write."""

    job_id: str
    lane: str
    token: str
    tries: int = 1
    late_ms: int = 0
    """How long the job was due before it was claimed."""
    ends: bool = field(default=False, init=False)
    """Whether the write that gives the claim up has been sent."""
    when_ending: Callable[[], None] | None = field(default=None, init=False)
    """Called when that write is about to be sent: whoever waits for room need not wait for its reply."""

    def ending(self) -> Ending:
        """Around the write that gives the claim up: once that has been sent, losing the lease is no news."""
        return Ending(self)


class Ending:
    """The write that gives a claim up. When it fails the claim does not end."""

    __slots__ = ("_claim",)

    def __init__(self, claim: Claim) -> None:
        self._claim = claim

    def __enter__(self) -> None:
        self._claim.ends = True
        if self._claim.when_ending:
            self._claim.when_ending()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._claim.ends = kind is None


@dataclass(frozen=True)
class RunId:
    """Which rule, on which event, for which tool call."""

    event_id: str
    rule: str
    tool_id: str = ""

    def __str__(self) -> str:
        return f"{self.event_id}/{self.on_event}"

    @property
    def on_event(self) -> str:
        """What tells it from the other runs on its event."""
        return f"{self.rule}/{self.tool_id}" if self.tool_id else self.rule

    @property
    def job_id(self) -> str:
        """The job a parked run becomes."""
        return keys.RUN_JOB_PREFIX + str(self)

    @classmethod
    def parse(cls, text: str) -> RunId:
        """Read it back from its text or its job id."""
        event_id, _, rest = text.removeprefix(keys.RUN_JOB_PREFIX).partition("/")
        rule, _, tool_id = rest.partition("/")
        return cls(event_id, rule, tool_id)


@dataclass(frozen=True)
class Stopped:
    """What is noted of a run that a pause stops."""

    connection: str
    under_way: bool
    """Whether it has begun a step; one that has not is decided once more when it goes on."""
    field: str
    """Where its record stands in the trace."""
    record: bytes


@dataclass
class Journal:
    """What a run has done so far."""

    version: str = ""
    """The rule version it began with; empty for a run that has not begun."""
    decided: dict[str, bool] = field(default_factory=dict)
    own: bool = False
    """Whether the run is a job of its own by now: then the event's job leaves it alone."""
    held: bool = False
    """Whether a pause stopped it before its first step."""
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Journal key → the record of a step, or of one item of its `for_each`."""

    @property
    def begun(self) -> bool:
        return bool(self.version)

    @property
    def afresh(self) -> bool:
        """Whether the rule that is in force by then decides once more: a pause stopped it before its first step."""
        return self.held and not self.steps


class Runs:
    """The journals of all runs."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def load(self, run_id: RunId) -> Journal:
        """The journal, empty when the run has not begun."""
        return _journal(await together(self._redis).ask("HGETALL", keys.RUN + str(run_id)))

    async def load_all(self, run_ids: Sequence[RunId]) -> list[Journal]:
        """Many journals in one round trip, in the order asked for."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for run_id in run_ids:
                pipeline.hgetall(keys.RUN + str(run_id))
            return [_journal(fields) for fields in await pipeline.execute()]

    async def write(self, claim: Claim, run_id: RunId, fields: Mapping[str, bytes], memory: bytes = b"") -> None:
        """Add to the journal; raises LeaseLostError when the claim is stale, and then nothing was written.

        `memory` (JSON) is what rules see of memory, kept with the event before its first step can change it.
        """
        flat = [part for pair in fields.items() for part in pair]
        arguments = (claim.job_id, claim.token, str(run_id), run_id.event_id, memory)
        if not await run(self._redis, "journal", *arguments, *flat):
            raise LeaseLostError(claim.job_id)

    async def park(
        self,
        claim: Claim,
        run_id: RunId,
        delay: float,
        version: str = "",
        memory: bytes = b"",
        stopped: Stopped | None = None,
    ) -> None:
        """Let the run wait `delay` seconds as a job of its own, with fresh tries; `version` is its rule's.

        One that a pause stops waits until no pause covers it any more.
        """
        lane = "bulk" if claim.lane == "bulk" else "background"
        arguments = (
            claim.lane, claim.job_id, claim.token, lane, run_id.event_id, str(run_id), run_id.job_id,
            job_payload("run", str(run_id)), round(delay * 1000), version, memory,
        )  # fmt: skip
        with claim.ending() if run_id.job_id == claim.job_id else nullcontext():
            if not await run(self._redis, "park", *arguments, *_stopping(run_id, stopped)):
                raise LeaseLostError(claim.job_id)

    async def keep_version(self, version: str, document: bytes) -> None:
        """Remember what a rule version consists of, for runs that outlive it. Say so anew before each run begins."""
        await run(self._redis, "keep", version, document)

    async def version(self, version: str) -> bytes | None:
        """What a rule version consists of, or None."""
        found: bytes | None = await self._redis.get(keys.VERSION + version)
        return found


def journal_key(step: str, index: int | None) -> str:
    """Where a step stands in the journal, or one item of its `for_each`."""
    return step if index is None else f"{step}#{index}"


def step_of(key: str) -> str:
    """The step that a key of the journal belongs to."""
    return key.partition("#")[0]


def begun_afresh(record: Mapping[str, Any]) -> dict[str, Any]:
    """A failed step's record when a person retries it: its attempts are remembered and count no longer."""
    kept = {name: value for name, value in record.items() if name not in ("error", "asked")}
    return kept | {"state": "waiting", "tries_before": len(record["attempts"])}


def _stopping(run_id: RunId, stopped: Stopped | None) -> Sequence[Argument]:
    if stopped is None:
        return ()
    return (run_id.rule, stopped.connection, int(stopped.under_way), stopped.field, stopped.record)


def _journal(fields: Mapping[bytes, bytes]) -> Journal:
    journal = Journal()
    for raw_name, value in fields.items():
        name = raw_name.decode()
        if name.startswith("step:"):
            journal.steps[name[5:]] = orjson.loads(value)
        elif name == "version":
            journal.version = value.decode()
        elif name == "decided":
            journal.decided = orjson.loads(value)
        elif name == "own":
            journal.own = True
        elif name == "held":
            journal.held = True
    return journal
