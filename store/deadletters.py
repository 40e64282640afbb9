"""Dead letters: runs and events that were given up, with the reason, until a person retries or drops them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import orjson
from redis.asyncio import Redis

from store import keys
from store.queue import job_for
from store.runs import Claim, LeaseLostError, RunId, Runs, begun_afresh, step_of
from store.scripting import run

BATCH = 500
"""Letters read in one round trip."""


@dataclass(frozen=True)
class DeadLetter:
    """One piece of work that was given up."""

    work_id: str
    """The job it was: an event's id, or `run:` with the run's id."""
    event_id: str
    rule: str
    step: str
    reason: str
    attempts: int
    connection: str = ""
    kind: str = ""
    died_ms: int = 0
    payload: str = ""
    """The job itself, where it is none of ours; empty when it follows from `work_id`."""

    def to_json(self) -> bytes:
        """As it is stored; the time of death is the store's."""
        return orjson.dumps({name: value for name, value in self.__dict__.items() if name != "died_ms"})


class DeadLetters:
    """Everything that was given up and not yet dealt with."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def bury(self, claim: Claim, letter: DeadLetter) -> None:
        """Write a dead letter while its job is still ours; the job itself is finished separately."""
        if not await run(self._redis, "bury", claim.job_id, claim.token, letter.work_id, "letter", letter.to_json()):
            raise LeaseLostError(claim.job_id)

    async def get(self, work_id: str) -> DeadLetter | None:
        """One dead letter, or None."""
        return _letter(await self._redis.hgetall(keys.DEAD_LETTER + work_id))  # type: ignore[misc]

    async def newest(self, count: int) -> AsyncIterator[DeadLetter]:
        """Dead letters from the newest backwards."""
        ids = [work_id.decode() for work_id in await self._redis.zrange(keys.DEAD, 0, count - 1, desc=True)]
        for start in range(0, len(ids), BATCH):
            async with self._redis.pipeline(transaction=False) as pipeline:
                for work_id in ids[start : start + BATCH]:
                    pipeline.hgetall(keys.DEAD_LETTER + work_id)
                found = await pipeline.execute()
            for fields in found:
                if letter := _letter(fields):
                    yield letter

    async def count(self) -> int:
        """How many there are."""
        return int(await self._redis.zcard(keys.DEAD))

    async def retry(self, letter: DeadLetter) -> bool:
        """Put the work into the lane `bulk`: finished steps stay done, the failed one has all its tries again.

        False when somebody else dealt with it.
        """
        is_run = letter.work_id.startswith(keys.RUN_JOB_PREFIX)
        run_id = RunId.parse(letter.work_id) if is_run else None
        afresh = await self._afresh(run_id, letter.step) if run_id else {}
        flat = [part for pair in afresh.items() for part in pair]
        payload = letter.payload.encode() or job_for(letter.work_id)
        arguments = (letter.work_id, "bulk", letter.event_id, payload, str(run_id or ""))
        return bool(await run(self._redis, "revive", *arguments, *flat))

    async def _afresh(self, run_id: RunId, step: str) -> dict[str, bytes]:
        """The journal fields of the step that failed, or of its failed items, as if it had not been tried yet."""
        steps = (await Runs(self._redis).load(run_id)).steps
        return {
            f"step:{key}": orjson.dumps(begun_afresh(record))
            for key, record in steps.items()
            if step_of(key) == step and record["state"] == "failed"
        }

    async def drop(self, letter: DeadLetter) -> bool:
        """Forget it; the event and its trace stay. False when it was gone already."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.zrem(keys.DEAD, letter.work_id)
            pipeline.delete(keys.DEAD_LETTER + letter.work_id)
            removed, _ = await pipeline.execute()
        return bool(removed)


def _letter(fields: Mapping[bytes, bytes]) -> DeadLetter | None:
    if not fields:
        return None
    return DeadLetter(**orjson.loads(fields[b"letter"]), died_ms=int(fields[b"died"]))
