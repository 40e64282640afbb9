from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from store.client import Store
from store.event import Call, Event
from tests.console.recorded import CALLED, CALLER, answered, in_store
from tests.store.builders import accept, an_event, claim_one
from tests.warm.programs import Program, piped

pytestmark = pytest.mark.journey


@pytest.fixture
def events(url: str) -> list[Event]:
    async def fill(store: Store) -> list[Event]:
        first = await answered(store)
        other = an_event(connection="night", call=Call(id="c2", from_="+31687650002", to=CALLED))
        await accept(store, other)
        await store.queue.finish(await claim_one(store), other.id, {})
        return [first, other]

    return in_store(url, fill)


class Running:
    def __init__(self, url: str, folder: Path, *arguments: str) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("HOOKSWITCH_")}
        environ |= {"HOOKSWITCH_REDIS_URL": url, "HOOKSWITCH_DATA_DIR": str(folder)}
        with ExitStack() as ends:
            self.out, out = ends.enter_context(piped())
            self.errors, errors = ends.enter_context(piped())
            self.process = Program("console", "tail", *arguments, environ=environ, stdout=out, stderr=errors)
            out.close()
            errors.close()
            self._ends = ends.pop_all()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self._ends.close()


@pytest.fixture
def started(url: str, events: list[Event], tmp_path: Path) -> Iterator[list[Running]]:
    running: list[Running] = []
    yield running
    for each in running:
        each.stop()


def test_lines_are_readable_and_masked(url: str, started: list[Running], events: list[Event], tmp_path: Path) -> None:
    started.append(Running(url, tmp_path, "-n", "5"))
    lines = [started[0].out.readline().decode() for _ in events]
    assert [event.id in line for event, line in zip(events, lines, strict=True)] == [True, True]
    assert "find_customer" in lines[0]
    assert CALLER not in "".join(lines)


@pytest.mark.parametrize(
    ("options", "which"),
    [
        (["--connection", "night"], 1), (["--kind", "tool-calls"], 0), (["--rule", "find_customer"], 0),
        (["--outcome", "ran"], 0), (["--number", "0687650002"], 1),
    ],
)  # fmt: skip
def test_json_is_one_document_a_line_and_filters_hold(
    options: list[str], which: int, url: str, started: list[Running], events: list[Event], tmp_path: Path
) -> None:
    started.append(Running(url, tmp_path, "--json", "-n", "5", *options))
    assert json.loads(started[0].out.readline())["event"] == events[which].id

    async def again(store: Store) -> None:
        await store.redis.publish("hs:feed", json.dumps(TOLD | {"event": "not-this-one"}))
        await store.redis.publish("hs:feed", json.dumps(told))

    told = TOLD | {"event": events[which].id, "ms": 99.0, "connection": events[which].connection,
                   "kind": events[which].kind, "rules": {"find_customer": "ran", "more": "ran"}}  # fmt: skip
    in_store(url, again)
    assert json.loads(started[0].out.readline()) == told


TOLD = {"kind": "x", "connection": "x", "from": "", "to": "", "tools": [], "rules": {}, "ms": 1.0}


def test_ctrl_c_is_a_way_to_leave(url: str, started: list[Running], events: list[Event], tmp_path: Path) -> None:
    started.append(Running(url, tmp_path, "-n", "1"))
    started[0].out.readline()
    started[0].process.send_signal(signal.SIGINT)
    assert started[0].process.wait() in (0, 130)
    assert b"Traceback" not in started[0].errors.read()
