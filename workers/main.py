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
from redis.exceptions import RedisError

from store.client import Store, open_store
from store.connections import Connection, load_connections
from store.gauges import StoreGauges
from store.standing import refuse_old_server
from store.tallies import Tallyman
from store.tasks import end
from workers.desk import Desk
from workers.handle import handle_event, resume_run
from workers.health import Health, show
from workers.late import handle_unsent
from workers.metrics import WorkerMetrics
from workers.numbers.keeper import Keeper, keep_for_ever
from workers.numbers.watched import Watched
from workers.observer import Observer
from workers.outgoing import Watch
from workers.pausing import follow
from workers.reconcile.complete import complete_call
from workers.reconcile.job import reconcile, reconcile_for_ever
from workers.reload import begin, keep_up
from workers.roster import Teller
from workers.rulebook import RuleBook, open_rulebook
from workers.schedule import Scheduler, schedule_for_ever, unless_paused
from workers.settings import WorkerSettings, secrets_from, vars_from
from workers.sweep import sweep_for_ever
from workers.toolbox import Clients
from workers.vocabulary import vocabulary
from workers.worker import LeasedWorker

logger = logging.getLogger(__name__)

AGAIN = 0.5
"""Seconds between tries to reach the store at the start."""

FUNCTIONS: list[Function] = [
    func(handle_event, name="event"),
    func(resume_run, name="run"),
    func(handle_unsent, name="late"),
    func(complete_call, name="complete"),
    func(reconcile, name="reconcile"),
]


def build_desk(
    settings: WorkerSettings, store: Store, environ: Mapping[str, str] = os.environ, observer: Observer | None = None
) -> tuple[Desk, RuleBook]:
    """Everything jobs need, and the book of rules on it; raises ConnectionsError for a file that cannot be used."""
    connections = load_connections(settings.connections, environ, "api")
    known_secrets = secrets_from(environ)
    words = vocabulary(connections, known_secrets)
    book = open_rulebook(settings.rules_dir, words, vars_from(environ))
    _report(book, connections)
    observer = observer or Observer()
    clients = Clients.allowing(settings.allowed_hosts, Watch(observer, settings.traced_hosts))
    return Desk(store, book, words, connections, clients, known_secrets, observer=observer), book


def _report(book: RuleBook, connections: Mapping[str, Connection]) -> None:
    for finding in book.findings:
        log = logger.error if finding.severity == "error" else logger.info
        log(finding.text, extra={"code": finding.code})
    for connection in connections.values():
        if not connection.on:
            logger.warning("no API key", extra={"connection": connection.name, "missing": connection.missing})
    logger.info("rules in force", extra={"rules": len(book.rules)})


def build_worker(desk: Desk, settings: WorkerSettings) -> LeasedWorker:
    """A worker with a name of its own."""
    name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    context = {"desk": desk, "keep": settings.retention(desk.connections)}
    worker = LeasedWorker(desk.store, FUNCTIONS, name=name, slots=settings.slots, ctx=context)
    worker.observer = desk.observer
    return worker


def keeper_of(desk: Desk, settings: WorkerSettings, name: str) -> Keeper:
    """This worker as the keeper of numbers that it may become."""
    watched = Watched(settings.rules_dir, desk.vocabulary, vars_from(), desk.store.numbers)
    return Keeper(desk, watched, name, settings.numbers_every)


async def run_worker(settings: WorkerSettings, url: str) -> None:
    """Work until SIGTERM or SIGINT; then let running jobs finish for a while and give the rest back.

    Raises OldServerError.
    """
    store = open_store(url, copies=settings.copies)
    try:
        await refuse_old_server(store.redis)
        await _work(settings, store)
    finally:
        await store.close()


async def _work(settings: WorkerSettings, store: Store) -> None:
    metrics = WorkerMetrics(StoreGauges(store))
    desk, book = build_desk(settings, store, observer=metrics)
    metrics.begin(desk.connections.values())
    worker = build_worker(desk, settings)
    health = Health(worker, book, metrics, settings.metrics_token, settings.shows_metrics)
    showing = asyncio.create_task(show(health, settings.worker_metrics_host, settings.worker_metrics_port))
    tallyman = Tallyman(store.tallies, metrics.tallied)
    tallying = asyncio.create_task(tallyman.tell_for_ever())
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    logger.info("worker ready", extra={"worker": worker.name, "slots": settings.slots})
    try:
        await begin_when_possible(desk, book, stop)
        pauses = asyncio.create_task(follow(desk.pauses, store.pauses))
        following = asyncio.create_task(keep_up(book, store.last_good, stop))
        teller = Teller(store.roster, worker.name, book)
        telling = asyncio.create_task(teller.tell_for_ever())
        try:
            await work_until(stop, worker, desk, settings)
        finally:
            stop.set()
            await end(pauses, telling)
            await teller.leave()
            await following
    finally:
        await end(showing, tallying)
        await tallyman.tell()
        await desk.clients.close()
    logger.info("worker stopped", extra={"worker": worker.name})


async def begin_when_possible(desk: Desk, book: RuleBook, stop: asyncio.Event) -> None:
    """Know last good rules and what is paused before the first job; while the store is away there is none."""
    while not stop.is_set():
        try:
            await desk.pauses.look(desk.store.pauses)
            await begin(book, desk.store.last_good)
        except (RedisError, OSError) as error:
            logger.warning("the store is away, trying again", extra={"error": repr(error)})
            await asyncio.sleep(AGAIN)
        else:
            return


async def work_until(stop: asyncio.Event, worker: LeasedWorker, desk: Desk, settings: WorkerSettings) -> None:
    """Run the worker and what goes on beside it until `stop` is set; raises what ended the worker by itself."""
    scheduler = Scheduler(desk.store, desk.rules, desk.connections, unless_paused(desk))
    beside = [
        asyncio.create_task(sweep_for_ever(desk.store, worker.name, settings.retention(desk.connections))),
        asyncio.create_task(schedule_for_ever(scheduler)),
        asyncio.create_task(reconcile_for_ever(desk, worker.name, settings.reconcile_every)),
        asyncio.create_task(keep_for_ever(keeper_of(desk, settings, worker.name))),
    ]
    main = asyncio.create_task(worker.main())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({main, stopped}, return_when=asyncio.FIRST_COMPLETED)
    await worker.stop(settings.grace)
    await end(*beside, stopped)
    await main
