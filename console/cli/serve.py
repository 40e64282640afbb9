"""`hookswitch serve`: the receiver."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any

import click
import uvicorn

from console.cli.storage import refuse_old_store, store_url
from console.process.collector import calm_collector
from console.process.door import handed_over, listen
from console.process.farewell import QuietServer
from console.process.logs import set_up_logging
from console.process.openfiles import raise_limit
from console.process.sentry import set_up_sentry
from console.process.wire import OnePacketProtocol
from receiver.app import build_app
from receiver.settings import ReceiverSettings
from store.spans import set_up_spans


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
def serve(host: str | None, port: int | None) -> None:
    """Run the receiver: the URL that the platforms post their events to."""
    given: dict[str, Any] = {"host": host, "port": port}
    settings = ReceiverSettings(**{name: value for name, value in given.items() if value is not None})
    set_up_logging(settings)
    set_up_sentry(settings, "receiver")
    set_up_spans("receiver")
    url = store_url(settings)
    asyncio.run(refuse_old_store(url))
    app = build_app(settings, url)
    config = uvicorn.Config(
        app, http=OnePacketProtocol, log_config=None, access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=12, timeout_keep_alive=75,
    )  # fmt: skip
    calm_collector()
    raise_limit()
    with closing(handed_over() or listen(settings.host, settings.port)) as listening:
        QuietServer(config).run(sockets=[listening])
