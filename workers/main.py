"""The worker process: lanes, slots, start-up, shutdown."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
from collections.abc import Mapping

from arq.worker import Function, func

from rules.engine.load import Loaded, load_folder
from store.client import Store, open_store
from store.connections import Connection, load_connections
from workers.desk import Desk
from workers.handle import handle_event, resume_run
from workers.late import handle_unsent
from workers.settings import WorkerSettings, secrets_from, vars_from
from workers.sweep import sweep_for_ever
from workers.toolbox import Clients
from workers.vocabulary import vocabulary
from workers.worker import LeasedWorker

logger = logging.getLogger(__name__)

FUNCTIONS: list[Function] = [
    func(handle_event, name="event"),
    func(resume_run, name="run"),
    func(handle_unsent, name="late"),
]


def build_desk(settings: WorkerSettings, store: Store, environ: Mapping[str, str] = os.environ) -> Desk:
    """Everything jobs need; raises ConnectionsError when the connections file cannot be used."""
    connections = load_connections(settings.connections, environ, "api")
    known_secrets = secrets_from(environ)
    words = vocabulary(connections, known_secrets)
    loaded = load_folder(settings.rules_dir, words, vars_from(environ))
    _report(loaded, connections)
    return Desk(store, loaded, words, connections, Clients.allowing(settings.allowed_hosts), known_secrets)


def _report(loaded: Loaded, connections: Mapping[str, Connection]) -> None:
    for finding in loaded.findings:
        log = logger.error if finding.severity == "error" else logger.info
        log(finding.text, extra={"code": finding.code})
    for connection in connections.values():
        if not connection.on:
            logger.warning("no API key", extra={"connection": connection.name, "missing": connection.missing})
    logger.info("rules in force", extra={"rules": len(loaded.rules)})


def build_worker(desk: Desk, settings: WorkerSettings) -> LeasedWorker:
    """A worker with a name of its own."""
    name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    return LeasedWorker(desk.store, FUNCTIONS, name=name, slots=settings.slots, ctx={"desk": desk})


async def run_worker(settings: WorkerSettings, url: str) -> None:
    """Work until SIGTERM or SIGINT; then let running jobs finish for a while and give the rest back."""
    store = open_store(url)
    desk = build_desk(settings, store)
    worker = build_worker(desk, settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    sweeper = asyncio.create_task(sweep_for_ever(store, worker.name))
    main = asyncio.create_task(worker.main())
    logger.info("worker ready", extra={"worker": worker.name, "slots": settings.slots})
    await asyncio.wait({main, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    await worker.stop(settings.grace)
    sweeper.cancel()
    await asyncio.gather(main, sweeper, return_exceptions=True)
    await desk.clients.close()
    await store.close()
    logger.info("worker stopped", extra={"worker": worker.name})
