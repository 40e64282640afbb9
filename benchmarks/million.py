"""`python -m benchmarks.million`: how long people wait for pages and commands when a million events are kept.

The store is filled with a week of calls first, which takes some minutes and 7 GB of memory for a million events; with
--keep its folder stays, and is used again. A page counts to its first byte, a command to its end. The store's processor
time is that of the server's one thread, and of writing its file anew, which ends `forget`. The longest command is how
long everybody else had to wait; on a busy machine it also is how long the server did not get its turn.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import click
import httpx
import orjson
from redis import Redis

from benchmarks import stock
from benchmarks.contenders import hookswitch
from benchmarks.measure import Neighbours, say
from benchmarks.processes import ROOT, BenchError, free_port, python, running
from store import embedded, keys

RESULTS = Path(__file__).parent / "results"
NOBODY = "+4915112345678"
LOADING = 900.0
"""Seconds that a large store may take to start."""
MOST_PAGES = 1000
"""Times that somebody goes on looking."""


@dataclass(frozen=True)
class Took:
    """One thing that was waited for, in seconds and milliseconds; of several rounds the median and the worst."""

    name: str
    seconds: float
    worst: float
    own: float
    """Processor time of the command; 0 for a page."""
    store: float
    longest_ms: float

    @property
    def line(self) -> str:
        """As a row of a table."""
        return (
            f"| {self.name} | {self.seconds:.3f} | {self.worst:.3f} | {self.own:.2f} | {self.store:.3f} "
            f"| {self.longest_ms:.0f} |"
        )


HEAD = "| | s | worst s | own processor s | store's processor s | longest command ms |"
RULE = "| --- | ---: | ---: | ---: | ---: | ---: |"


@dataclass(frozen=True)
class Place:
    """What is measured."""

    folder: Path
    url: str
    redis: Any
    environ: dict[str, str]
    rounds: int

    def took(self, name: str, once: Callable[[], float]) -> Took:
        """Do it some times; `once` says how much processor time of its own it took."""
        seconds, own, store, longest = [], [], [], 0.0
        for _ in range(self.rounds):
            self.redis.execute_command("LATENCY", "RESET")
            used, began = self._store(), time.monotonic()
            own.append(once())
            seconds.append(time.monotonic() - began)
            store.append(self._store() - used)
            longest = max(longest, self._longest())
        say(f"  {name}: {median(seconds):.3f} s")
        return Took(name, median(seconds), max(seconds), median(own), median(store), longest)

    def _store(self) -> float:
        told = self.redis.info("cpu")
        threads = ("user_main_thread", "sys_main_thread", "user_children", "sys_children")
        return sum(float(told[f"used_cpu_{each}"]) for each in threads)

    def _longest(self) -> float:
        """Milliseconds of the longest command; 0 where none took a whole one."""
        found = self.redis.execute_command("LATENCY", "LATEST")
        return max(
            (float(worst) for name, _, _, worst, *_ in found if name in (b"command", b"fast-command")), default=0
        )


@dataclass(frozen=True)
class Marks:
    """What is asked for by name."""

    oldest: str
    newest: str
    oldest_call: str
    oldest_number: str
    oldest_ms: int

    @classmethod
    def of(cls, redis: Any) -> Marks:
        """The ends of what is kept; the oldest event gets a kind that no other has."""
        ((oldest, moment),) = redis.zrange(keys.EVENTS, 0, 0, withscores=True)
        (newest,) = redis.zrange(keys.EVENTS, -8, -8)
        event = keys.EVENT + oldest.decode()
        redis.hset(event, "kind", "hang")
        call = orjson.loads(redis.hget(event, "event"))["call"]
        return cls(oldest.decode(), newest.decode(), call["id"], call["from"], int(moment))


# --- pages ------------------------------------------------------------------------------------------------------------


def addresses(marks: Marks) -> Iterator[tuple[str, str]]:
    """What each page is called, and where it is."""
    day = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(marks.oldest_ms / 1000 + 60))
    yield "Events", "/events"
    for name, hit in (("kind", "tool-calls"), ("connection", "bench"), ("status", "done"), ("rule", "look_up"),
                      ("outcome", "ran"), ("text", "appointment")):  # fmt: skip
        yield f"Events, {name} of many", f"/events?{name}={hit}"
    for name, hit in (
        ("kind", "hang"),
        ("call", marks.oldest_call),
        ("number", marks.oldest_number.replace("+", "00")),
    ):
        yield f"Events, {name} of the oldest", f"/events?{name}={hit}"
    yield "Events, time of the oldest", f"/events?until={day}"
    for name, miss in (("kind", "transcript"), ("connection", "nobody"), ("status", "queued"), ("rule", "absent"),
                       ("outcome", "failed"), ("call", "absent"), ("number", NOBODY.replace("+", "00")),
                       ("text", "giraffe")):  # fmt: skip
        yield f"Events, {name} of none", f"/events?{name}={miss}"
    yield from (("an event", f"/events/{marks.newest}"), ("Calls", "/calls"))
    yield from (
        ("Calls, the oldest", f"/calls?before={marks.oldest_ms + 600_000}"),
        ("a call", f"/calls/{marks.newest}"),
    )
    yield from (("Rules", "/rules"), ("a rule", "/rules/look_up"), ("Connections", "/connections"))
    yield from (("a connection", "/connections/bench"), ("Dead letters", "/dead"), ("Numbers", "/numbers"))
    yield from (("System", "/system"), ("Audit", "/audit"))


def pages(place: Place) -> Iterator[Took]:
    """Each page of a console of its own, then how long it takes to look through everything for what is not there."""
    marks, port = Marks.of(place.redis), free_port()
    command = python("console", "console", "--port", str(port))
    with (
        running(command, place.folder / "console.log", environ=place.environ, port=port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60, follow_redirects=True) as client,
    ):
        _seen(client, "/events")
        for name, address in addresses(marks):
            yield place.took(name, lambda address=address: _seen(client, address))  # type: ignore[misc]
        for name, miss in (("kind", "transcript"), ("number", NOBODY.replace("+", "00")), ("text", "giraffe")):
            yield _through(place, client, name, miss)


def _seen(client: httpx.Client, address: str) -> float:
    with client.stream("GET", address) as answer:
        answer.raise_for_status()
        next(answer.iter_raw())
    return 0.0


def _through(place: Place, client: httpx.Client, name: str, miss: str) -> Took:
    """On and on until everything has been looked at."""
    asked = []

    def once() -> float:
        address = f"/events?{name}={miss}"
        for count in range(1, MOST_PAGES):
            text = client.get(address).raise_for_status().text
            if 'rel="next" href="' not in text:
                asked.append(count)
                return 0.0
            address = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        raise BenchError(f"looking for {name} does not come to an end")

    took = place.took(f"Events, {name} of none, to the end", once)
    return replace(took, name=f"{took.name}, {asked[-1]} pages")


# --- commands ---------------------------------------------------------------------------------------------------------


def commands(place: Place) -> Iterator[Took]:
    """What is typed."""
    marks = Marks.of(place.redis)
    for words in (
        ("events",), ("events", "tool-calls"), ("events", "hang"), ("events", "transcript"),
        ("events", "--call", marks.oldest_call), ("trace", marks.oldest), ("explain", marks.oldest),
    ):  # fmt: skip
        named = " ".join(word for word in words if word not in (marks.oldest, marks.oldest_call))
        yield place.took(f"hookswitch {named}", lambda words=words: _done(place, words))  # type: ignore[misc]
    yield place.took("hookswitch tail, 100 past events", lambda: _first_line(place, ("tail", "--json", "-n", "100")))


def forget(place: Place) -> Iterator[Took]:
    """Everything about one caller: shown, counted, removed. Asked once, since then they are gone."""
    once, said = Place(place.folder, place.url, place.redis, place.environ, 1), list[bytes]()
    for words in (("export", "--json"), ("forget", "--dry-run"), ("forget", "--yes")):
        asked = (words[0], stock.ADA.e164, *words[1:])
        yield once.took(f"hookswitch {' '.join(words)}", lambda asked=asked: _done(place, asked, said))  # type: ignore[misc]
    shown = sum(orjson.loads(line)["what"] == "event" for line in said[0].splitlines())
    removed = orjson.loads(said[2])["removed"]["events"]
    expected = stock.HER_CALLS * stock.EVENTS_A_CALL + stock.MENTIONS
    if not shown == removed == expected:
        raise BenchError(f"{expected} events are about the caller, {shown} were shown and {removed} removed")


def _done(place: Place, words: Sequence[str], said: list[bytes] | None = None) -> float:
    """Processor time of a command; what it printed comes to what was `said`."""
    before = os.times()
    done = subprocess.run(
        python("console", *words),
        env=os.environ | place.environ,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    after = os.times()
    if done.returncode:
        raise BenchError(f"{' '.join(words)}: {done.stderr.decode(errors='replace')[-2000:]}")
    if said is not None:
        said.append(done.stdout)
    return after.children_user + after.children_system - before.children_user - before.children_system


def _first_line(place: Place, words: Sequence[str]) -> float:
    """Of a command that has no end; its processor time is not told."""
    command, environ = python("console", *words), os.environ | place.environ
    with subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE) as process:
        if not (process.stdout and process.stdout.readline()):
            raise BenchError(f"{' '.join(words)} said nothing")
        process.terminate()
    return 0.0


# --- all of it --------------------------------------------------------------------------------------------------------

MEASURED = {"pages": pages, "commands": commands, "forget": forget}


@contextmanager
def stocked(folder: Path, events: int, rounds: int) -> Iterator[Place]:
    """A store with so many events; one that has them already is taken as it is."""
    server = embedded.start(folder, "everysec", timeout=LOADING)
    try:
        with Redis.from_url(server.url, socket_timeout=LOADING) as redis:
            redis.config_set("maxmemory", 0)
            if not redis.zcard(keys.EVENTS):
                say(f"storing {events:,} events")
                stock.fill(folder, server.url, events)
            redis.config_set("latency-monitor-threshold", 1)
            environ = hookswitch.environment(folder, server.url, "everysec", stock.RULES, "")
            yield Place(folder, server.url, redis, environ, rounds)
    finally:
        server.stop(LOADING)


def table(place: Place, sections: Sequence[str]) -> Iterator[str]:
    """What is printed."""
    memory = place.redis.info("memory")["used_memory"] / 1e9
    yield f"{place.redis.zcard(keys.EVENTS):,} events, {place.redis.dbsize():,} keys, {memory:.1f} GB of memory"
    for section in sections:
        say(section)
        yield from ("", HEAD, RULE)
        for took in MEASURED[section](place):
            yield took.line


@click.command()
@click.option("--events", type=click.IntRange(400), default=1_000_000, show_default=True, help="How many are stored.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Where the store is, and stays.")
@click.option("--only", multiple=True, type=click.Choice(list(MEASURED)), help="Only this; can be repeated.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="How often each is done.")
def main(events: int, keep: Path | None, only: Sequence[str], rounds: int) -> None:
    """Measure what people wait for when a million events are kept; `forget` comes last, since it removes some."""
    RESULTS.mkdir(exist_ok=True)
    neighbours = Neighbours()
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=RESULTS)))
        folder.mkdir(parents=True, exist_ok=True)
        place = stack.enter_context(stocked(folder, events, rounds))
        for line in table(place, [name for name in MEASURED if not only or name in only]):
            click.echo(line)
    click.echo(f"\nothers took {neighbours.share():.0%} of the machine meanwhile, load {os.getloadavg()[1]:.1f}")


if __name__ == "__main__":
    main()
