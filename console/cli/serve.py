"""`hookswitch serve`: the receiver."""

from __future__ import annotations

from typing import Any

import click
import uvicorn

from console.cli.storage import store_url
from console.logs import set_up_logging
from console.sentry import set_up_sentry
from receiver.app import build_app
from receiver.settings import ReceiverSettings


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
def serve(host: str | None, port: int | None) -> None:
    """Run the receiver: the URL that the platforms post their events to."""
    given: dict[str, Any] = {"host": host, "port": port}
    settings = ReceiverSettings(**{name: value for name, value in given.items() if value is not None})
    set_up_logging(settings)
    set_up_sentry(settings, "receiver")
    app = build_app(settings, store_url(settings))
    uvicorn.run(
        app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=12, timeout_keep_alive=75,
    )  # fmt: skip
