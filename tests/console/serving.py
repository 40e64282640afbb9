"""An application behind a real socket and a real server, in the process of the test."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import uvicorn


@asynccontextmanager
async def served(app: Any, *, hangs: bool = False) -> AsyncIterator[str]:
    """Its address on loopback. One that hangs has no lifespan, and is gone at the end whatever it was busy with."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        lifespan: Literal["off", "on"] = "off" if hangs else "on"
        config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan=lifespan)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[door]))
        while not server.started:  # noqa: ASYNC110 - it has nothing to wait on
            await asyncio.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit, server.force_exit = True, hangs
            await serving
