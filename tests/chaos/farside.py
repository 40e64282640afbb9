"""The far side: the sandbox's edge with its faults in front of an API that notes each effect, in a process of its own.

    python -m tests.chaos.farside PORT FILE

An effect is a line of JSON in FILE, written before the answer leaves. A fault that comes before the effect leaves none.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.edge import Edge, Ledger
from console.sandbox.faults import Fault, FaultBook
from tests.chaos.traffic import marker_of


def build_far_side(file: TextIOWrapper) -> Starlette:
    """The application; effects are appended to `file`."""
    faults = FaultBook()

    def note(marker: str, event: str, step: str, key: str) -> JSONResponse:
        file.write(orjson.dumps({"marker": marker, "event_id": event, "step": step, "key": key}).decode() + "\n")
        file.flush()
        return JSONResponse({"noted": True}, 201)

    async def effect(request: Request) -> JSONResponse:
        try:
            body = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            return JSONResponse({"error": "the sender hung up before its body had come"}, 400)
        key = request.headers.get("idempotency-key", "")
        return note(body["marker"], body["event"], request.path_params["step"], key)

    async def control(request: Request) -> JSONResponse:
        call = request.path_params["call"]
        note(marker_of(int(call.removeprefix("call-"))), "", "inject", call)
        return JSONResponse({"success": True, "data": {"success": True}})

    async def order(request: Request) -> JSONResponse:
        faults.add(Fault.model_validate_json(await request.body()))
        return JSONResponse({}, 201)

    async def clear(_: Request) -> JSONResponse:
        faults.clear()
        return JSONResponse({})

    return Starlette(
        routes=[
            Route("/effects/{step}", effect, methods=["POST"]),
            Route("/flireo/calls/{call}/control", control, methods=["POST"]),
            Route("/sandbox/faults", order, methods=["POST"]),
            Route("/sandbox/faults", clear, methods=["DELETE"]),
        ],
        middleware=[Middleware(Edge, ledger=Ledger(), faults=faults)],
    )


def main(port: int, path: Path) -> None:
    """Serve until told to stop."""
    with path.open("a", encoding="utf-8") as file:
        uvicorn.run(build_far_side(file), host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
