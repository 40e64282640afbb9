"""The usual recipe: Starlette, verify, one `arq.enqueue_job` a request, and a stock arq worker.

Who must answer a waiting platform polls for the job's result, here as often as arq's worker looks for jobs: every
10 ms, where both come with half a second.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import orjson
from arq import create_pool, run_worker
from arq.connections import RedisSettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.contenders.bare import serve
from benchmarks.processes import free_port, python, running
from benchmarks.traffic import PATH, signature_holds
from store import embedded
from store.settings import Durability

ANSWER = {"assistant_id": "asst_bench"}
POLL = 0.01


async def _hook(request: Request) -> Response:
    body = await request.body()
    if not signature_holds(body, request.headers):
        return Response(status_code=401)
    message = orjson.loads(body)["message"]
    event_id = f"{message['type']}:{message['call']['id']}"
    job = await request.app.state.pool.enqueue_job("handle", message, _job_id=event_id)
    answer: dict[str, Any] = {"event_id": event_id}
    if job and message["type"] == "assistant-request":
        answer = await job.result(timeout=4, poll_delay=POLL)
    return Response(orjson.dumps(answer), media_type="application/json")


def app(url: str) -> Starlette:
    """The web half."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.pool = await create_pool(RedisSettings.from_dsn(url))
        yield
        await app.state.pool.aclose()

    return Starlette(routes=[Route(PATH, _hook, methods=["POST"])], lifespan=lifespan)


async def handle(_: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    """What a rule with one condition and a fixed answer comes to."""
    return ANSWER if message["call"]["id"] else {}


@contextmanager
def contender(folder: Path, durability: Durability, *, workers: int) -> Iterator[int]:
    """Running on an embedded server of its own, on the port given back."""
    server = embedded.start(folder, durability)
    port = free_port()
    command = python("benchmarks.contenders.recipe")
    try:
        with running([*command, "serve", server.url, str(port)], folder / "recipe.log", port=port):
            if not workers:
                yield port
                return
            with running([*command, "work", server.url], folder / "recipe-worker.log"):
                yield port
    finally:
        server.stop()


if __name__ == "__main__":
    if sys.argv[1] == "work":
        run_worker(
            {"functions": [handle]}, redis_settings=RedisSettings.from_dsn(sys.argv[2]), max_jobs=100, poll_delay=POLL
        )
    else:
        serve(app(sys.argv[2]), int(sys.argv[3]))
