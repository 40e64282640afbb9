"""`python -m console.sandbox`: the sandbox as a process. One JSON line on stdout says that it is ready and where."""

from __future__ import annotations

import json
import socket
import sys

import click
import uvicorn

from console.process.farewell import CalmServer
from console.sandbox.app import build_sandbox
from console.sandbox.settings import SandboxSettings

GRACE = 2
"""Seconds that open streams get at shutdown."""


class SandboxServer(CalmServer):
    """A server that says when it is ready."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        listening = self.servers[0].sockets[0].getsockname()
        click.echo(json.dumps({"ready": True, "url": f"http://{listening[0]}:{listening[1]}"}))
        sys.stdout.flush()


def main() -> None:
    """Run until told to stop."""
    settings = SandboxSettings()
    config = uvicorn.Config(
        build_sandbox(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE,
    )
    SandboxServer(config).run()


if __name__ == "__main__":
    main()
