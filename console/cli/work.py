"""`hookswitch work`: a worker."""

from __future__ import annotations

import click
import uvloop

from console.cli.storage import store_url
from console.process.collector import calm_collector
from console.process.logs import set_up_logging
from console.process.openfiles import raise_limit
from console.process.sentry import set_up_sentry
from store.spans import set_up_spans
from workers.main import run_worker
from workers.settings import WorkerSettings


@click.command()
def work() -> None:
    """Run a worker: it runs the rules and calls the platforms back. Start as many as you like."""
    settings = WorkerSettings()
    set_up_logging(settings)
    set_up_sentry(settings, "worker")
    set_up_spans("worker")
    calm_collector()
    raise_limit()
    uvloop.run(run_worker(settings, store_url(settings)))
