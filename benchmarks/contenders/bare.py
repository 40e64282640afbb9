"""The least that a webhook receiver can do: verify the signature, parse the body, say yes. Nothing is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.processes import free_port, python, running
from benchmarks.traffic import PATH, signature_holds


async def _hook(request: Request) -> Response:
    body = await request.body()
    if not signature_holds(body, request.headers):
        return Response(status_code=401)
    message = orjson.loads(body)["message"]
    return Response(orjson.dumps({"seen": message["call"]["id"]}), media_type="application/json")


def serve(app: Starlette, port: int) -> None:
    """One process of the server that all Python contenders share."""
    uvicorn.run(
        app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", log_level="warning", access_log=False,
        server_header=False,
    )  # fmt: skip


@contextmanager
def contender(folder: Path) -> Iterator[int]:
    """Running, on the port given back."""
    port = free_port()
    with running(python("benchmarks.contenders.bare", str(port)), folder / "bare.log", port=port):
        yield port


if __name__ == "__main__":
    serve(Starlette(routes=[Route(PATH, _hook, methods=["POST"])]), int(sys.argv[1]))
