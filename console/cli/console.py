"""`hookswitch console`: the web console."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any

import click
import uvicorn

from console.cli.errors import CannotRun
from console.cli.storage import refuse_old_store, store_url
from console.process.door import listen
from console.process.farewell import QuietServer
from console.process.logs import set_up_logging
from console.process.sentry import set_up_sentry
from console.web.app import build_app
from console.web.settings import ConsoleSettings


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
def console(host: str | None, port: int | None) -> None:
    """Run the web console: calls, events, rules, dead letters, for people to look at."""
    given: dict[str, Any] = {"console_host": host, "console_port": port}
    settings = ConsoleSettings(**{name: value for name, value in given.items() if value is not None})
    refuse_to_stand_open(settings)
    set_up_logging(settings)
    set_up_sentry(settings, "console")
    url = store_url(settings)
    asyncio.run(refuse_old_store(url))
    config = uvicorn.Config(
        build_app(settings, url), log_config=None, access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=2,
    )  # fmt: skip
    with closing(listen(settings.console_host, settings.console_port)) as listening:
        QuietServer(config).run(sockets=[listening])


def refuse_to_stand_open(settings: ConsoleSettings) -> None:
    """Raise CannotRun rather than show calls to whoever is on the network."""
    if settings.open and not settings.on_loopback:
        raise CannotRun(
            f"nobody would have to log in at {settings.console_host}: set HOOKSWITCH_CONSOLE_PASSWORD, or "
            "HOOKSWITCH_CONSOLE_PROXY_HEADER where a proxy checks logins; or listen on 127.0.0.1"
        )
