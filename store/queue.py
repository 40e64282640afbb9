"""The queue as workers see it: claim, renew, release, finish. Every claim is a lease with a fencing token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from store import keys
from store.answers import LastWord, LateAnswerError
from store.events import StoredEvent, job_payload, read_event
from store.runs import Claim, LeaseLostError, RunId
from store.scripting import run

LEASE_MS: Mapping[str, int] = {"live": 4_000, "background": 12_000, "bulk": 12_000}
"""How long a lane's job stays with a worker that gives no sign of life. Leases are renewed at a third of this."""


@dataclass(slots=True)
class ClaimedJob:
    """A job that is ours for now, with its payload as the client wrote it, and its event as it was at the claim."""

    claim: Claim
    payload: bytes
    record: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    """The event as the store keeps it; empty when there is none."""

    @property
    def traceparent(self) -> str:
        """The span its event was accepted in; empty when nothing is traced."""
        return self.record.get(b"traceparent", b"").decode()

    def event(self, event_id: str) -> StoredEvent | None:
        """The event with this id, if that is the one the job belongs to."""
        return read_event(self.record) if self.record and event_of(self.claim.job_id) == event_id else None


@dataclass(frozen=True)
class Batch:
    """What one look at the queue brought."""

    jobs: list[ClaimedJob]
    next_due: float | None
    """Seconds until the next job of a lane with room is due; None when there is none."""
    now_ms: int
    """The store's clock at the claim, Unix milliseconds."""


class Queue:
    """The three lanes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def claim(self, worker: str, room: Mapping[str, int]) -> Batch:
        """Claim due jobs, at most `room[lane]` of each lane, live callers first."""
        wanted = [part for lane, count in room.items() for part in (lane, count, LEASE_MS[lane])]
        next_due, now_ms, *found = await run(self._redis, "claim", worker, *wanted)
        return Batch([_claimed(entry) for entry in found], None if next_due < 0 else next_due / 1000, int(now_ms))

    async def renew(self, claims: Sequence[Claim]) -> set[str]:
        """Prolong the leases; returns the tokens of those that are not ours any more."""
        if not claims:
            return set()
        flat = [part for c in claims for part in (c.lane, c.job_id, c.token, LEASE_MS[c.lane])]
        return {token.decode() for token in await run(self._redis, "renew", *flat)}

    async def release(self, claim: Claim, delay: float = 0.0, *, counts_as_try: bool = False) -> None:
        """Give the job back unfinished, due again after `delay` seconds. A stale claim is no error: it is gone."""
        arguments = (claim.lane, claim.job_id, claim.token, round(delay * 1000), int(counts_as_try))
        with claim.ending():
            await run(self._redis, "release", *arguments)

    async def finish(
        self,
        claim: Claim,
        event_id: str,
        trace: Mapping[str, bytes],
        *,
        outcome: str = "done",
        feed: bytes = b"",
        last_word: LastWord | None = None,
    ) -> None:
        """The job is over: put its last word into the cell, write its part of the trace and forget it, all at once.

        Raises LateAnswerError when that word comes too late: then the job goes on, since something has to become of it.
        Raises LeaseLostError for a stale claim.
        """
        said = last_word.flat if last_word else ("", "", "")
        flat = [part for pair in trace.items() for part in pair]
        arguments = (claim.lane, claim.job_id, claim.token, event_id, outcome, feed, *said)
        with claim.ending():
            result = await run(self._redis, "finish", *arguments, *flat)
            if result == b"stale":
                raise LeaseLostError(claim.job_id)
            if result == b"late":
                raise LateAnswerError(event_id)

    async def enqueue_unsent(self, count: int = 100) -> int:
        """Turn answers that were never sent into jobs that inject them; returns how many."""
        return int(await run(self._redis, "unsent", count, "background"))

    async def orphans(self, older_than: float, count: int, offset: int) -> tuple[int, list[str]]:
        """Unfinished work without a job: how many entries were looked at, and the ids that need one."""
        looked, *ids = await run(self._redis, "sweep", round(older_than * 1000), count, offset)
        return int(looked), [found.decode() for found in ids]

    async def adopt(self, work_id: str) -> bool:
        """Give an orphan its job again; False when it was finished or got one in the meantime."""
        return bool(await run(self._redis, "adopt", work_id, "background", job_for(work_id)))

    async def depth(self) -> dict[str, int]:
        """How many jobs each lane holds, claimed ones included."""
        lanes = list(LEASE_MS)
        counts = [await self._redis.zcard(keys.QUEUE + lane) for lane in lanes]
        return dict(zip(lanes, map(int, counts), strict=True))

    async def oldest_due(self) -> dict[str, float]:
        """By lane: seconds for which the oldest job is due that nobody has taken up; 0.0 when there is none."""
        seconds, microseconds = await self._redis.time()
        now = seconds * 1000 + microseconds / 1000
        firsts = [await self._redis.zrange(keys.QUEUE + lane, 0, 0, withscores=True) for lane in LEASE_MS]
        return {
            lane: max(0.0, (now - first[0][1]) / 1000) if first else 0.0
            for lane, first in zip(LEASE_MS, firsts, strict=True)
        }

    async def open_work(self) -> int:
        """How many pieces of work are unfinished."""
        return int(await self._redis.zcard(keys.OPEN))

    async def workers(self, within: float = 15.0) -> list[str]:
        """Names of workers that gave a sign of life in the last `within` seconds."""
        now = int((await self._redis.time())[0])
        return [name.decode() for name in await self._redis.zrangebyscore(keys.WORKERS, (now - within) * 1000, "+inf")]

    async def lock(self, name: str, owner: str, seconds: float) -> bool:
        """Whether `owner` may do a job that only one process does at a time, for the next `seconds`."""
        return bool(await self._redis.set(keys.LOCK + name, owner, nx=True, px=round(seconds * 1000)))


def _claimed(entry: list[Any]) -> ClaimedJob:
    job_id, lane, token, payload, tries, late_ms, record = entry
    claim = Claim(job_id.decode(), lane.decode(), token.decode(), int(tries), int(late_ms))
    return ClaimedJob(claim, payload, dict(zip(record[::2], record[1::2], strict=True)))


_FUNCTIONS: Mapping[str, str] = {
    keys.LATE_JOB_PREFIX: "late",
    keys.COMPLETE_JOB_PREFIX: "complete",
    keys.RECONCILE_JOB_PREFIX: "reconcile",
}
"""What the ids of jobs begin with that are no events → the function they call with the rest."""


def event_of(job_id: str) -> str:
    """The event a job belongs to."""
    if job_id.startswith(keys.RUN_JOB_PREFIX):
        return RunId.parse(job_id).event_id
    return job_id.removeprefix(keys.LATE_JOB_PREFIX).removeprefix(keys.COMPLETE_JOB_PREFIX)


def job_for(work_id: str) -> bytes:
    """The job that continues a piece of unfinished work."""
    if work_id.startswith(keys.RUN_JOB_PREFIX):
        return job_payload("run", str(RunId.parse(work_id)))
    for prefix, function in _FUNCTIONS.items():
        if work_id.startswith(prefix):
            return job_payload(function, work_id.removeprefix(prefix))
    return job_payload("event", work_id)
