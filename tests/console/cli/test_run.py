from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from rules.engine.loading.load import load_folder
from store.client import Store, open_store
from store.events import StoredEvent
from store.roster import Note, Roster
from tests.console.conftest import Cli
from tests.console.recorded import in_store
from tests.store.builders import accept, an_event
from workers.desk import Desk
from workers.main import FUNCTIONS
from workers.toolbox import Clients
from workers.vocabulary import vocabulary
from workers.worker import LeasedWorker

GREET = """
description: One.
on: manual
if: data.?city.orValue("") != "Ede"
steps:
  - action: log
    with: { message: 'hello ${{ data.?city.orValue("world") }}' }
"""
module = import_module("console.cli.run")
BROKEN = """
description: One.
on: manual
steps:
  - action: http.request
    with: { url: "http://127.0.0.1:1/", method: POST }
    retry: { tries: 1 }
"""
CONNECTIONS = """
connections:
  desk: { provider: flireo }
  other: { provider: flireo }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    texts = {
        "greet": GREET,
        "broken": BROKEN,
        "off": GREET + "enabled: false\n",
        "wired": GREET + "connections: [desk]\n",
        "heard": GREET.replace("on: manual", "on: { event: ring }"),
    }
    for name, text in texts.items():
        (rules / f"{name}.yaml").write_text(text)
    (tmp_path / "connections.yaml").write_text(CONNECTIONS)
    monkeypatch.setenv("HOOKSWITCH_CONNECTIONS", str(tmp_path / "connections.yaml"))
    monkeypatch.setenv("HOOKSWITCH_RULES_DIR", str(rules))
    return rules


@pytest.fixture
def worker(folder: Path, url: str) -> Iterator[None]:
    """A worker beside the command, in a thread with a loop of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(work(folder, url, stop)))
    thread.start()
    yield
    stop.set()
    thread.join()


async def work(folder: Path, url: str, stop: threading.Event) -> None:
    store, words = open_store(url), vocabulary({})
    desk = Desk(store, load_folder(folder, words), words, {}, Clients.allowing(["127.0.0.1:1"]))
    worker = LeasedWorker(store, FUNCTIONS, name="w", slots={"background": 2}, ctx={"desk": desk})
    main = asyncio.create_task(worker.main())
    while not stop.is_set():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await worker.stop(0.2)
    await main
    await desk.clients.close()
    await store.close()


async def newest(store: Store) -> StoredEvent:
    return await anext(store.events.newest(1))


def stored(url: str) -> StoredEvent:
    return in_store(url, newest)


def test_it_waits_for_the_end_and_shows_the_trace(cli: Cli, url: str, worker: None) -> None:
    done = cli("run", "greet", "--data", "city=Breda")
    assert done.exit_code == 0, done.output
    event = stored(url).event
    assert (event.kind, event.name, event.data) == ("manual", "greet", {"city": "Breda"})
    first, second, *_ = done.stdout.splitlines()
    assert (first, second.strip()) == ("manual  done", "rule greet")
    assert "greet ran" in done.stdout
    assert "log done" in done.stdout


def test_the_trace_for_programs(cli: Cli, worker: None) -> None:
    record = json.loads(cli("run", "greet", "--json").stdout)
    assert (record["event"]["kind"], record["event"]["name"]) == ("manual", "greet")
    assert [rule["outcome"] for rule in record["rules"]] == ["ran"]


def test_a_condition_that_does_not_hold_is_no_failure(cli: Cli, worker: None) -> None:
    done = cli("run", "greet", "--data", "city=Ede", "--json")
    assert (done.exit_code, json.loads(done.stdout)["rules"][0]["outcome"]) == (0, "not_matched")


def test_a_run_that_failed(cli: Cli, worker: None) -> None:
    done = cli("run", "broken")
    assert done.exit_code == 1
    assert "broken failed" in done.stdout


WHY = 'rules/live/greet.yaml:7:20 greet: unknown secret "crm"; set HOOKSWITCH_SECRET_CRM'


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.0)


@pytest.mark.parametrize("arguments", [[], ["--no-wait"]])
def test_a_rule_that_no_worker_has_in_force(
    cli: Cli, url: str, folder: Path, at_once: None, arguments: list[str]
) -> None:
    in_store(url, lambda store: store.roster.write("w", Note(frozenset({"wired"}), {"greet": WHY})))
    done = cli("run", "greet", *arguments)
    assert done.exit_code == 2
    assert f"no worker has rule greet in force, so nothing was run: {WHY}" in done.stderr
    unknown = cli("run", "broken", *arguments)
    assert "no worker finds it in its rules folder" in unknown.stderr
    assert in_store(url, lambda store: store.events.count()) == 0


def test_a_file_just_saved_is_waited_for(cli: Cli, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []

    async def of_late(_: Roster) -> dict[str, Note]:
        asked.append(None)
        return {"w": Note(frozenset({"greet"} if len(asked) > 2 else ()))}

    monkeypatch.setattr(Roster, "all", of_late)
    assert cli("run", "greet", "--no-wait").exit_code == 0
    assert len(asked) == 3


def test_a_last_good_version_runs_with_a_word(cli: Cli, url: str, worker: None) -> None:
    in_store(url, lambda store: store.roster.write("w", Note(frozenset({"greet"}), {"greet": WHY})))
    done = cli("run", "greet")
    assert done.exit_code == 0
    assert f"the last good version of greet is in force, its file is refused: {WHY}" in " ".join(done.stderr.split())


def test_a_worker_that_does_not_have_it_is_no_success(cli: Cli, url: str, folder: Path, worker: None) -> None:
    while not in_store(url, lambda store: store.queue.workers()):
        """It reads the rules before it takes its first look."""
    (folder / "later.yaml").write_text(GREET)
    done = cli("run", "later")
    assert done.exit_code == 1
    assert "the worker that took it up does not have rule later in force" in " ".join(done.stderr.split())


@pytest.mark.parametrize("scope", ["all", "rule:greet"])
def test_a_paused_rule_is_not_waited_for(cli: Cli, url: str, folder: Path, scope: str) -> None:
    in_store(url, lambda store: store.pauses.begin(scope, "anna", "the CRM is moving"))
    done = cli("run", "greet")
    assert done.exit_code == 2
    said = " ".join(done.stderr.split())
    assert f"rule greet is paused: {scope} by anna (the CRM is moving), so nothing was run" in said
    assert f"`hookswitch resume {scope}`" in said
    assert in_store(url, lambda store: store.events.count()) == 0
    later = cli("run", "greet", "--no-wait")
    assert (later.exit_code, stored(url).status) == (0, "queued")
    assert f"it runs after `hookswitch resume {scope}`" in later.stderr


async def test_a_pause_that_comes_in_between_ends_the_waiting(store: Store) -> None:
    event = an_event("manual", name="greet")
    await accept(store, event)
    await store.pauses.begin("rule:greet", "anna")
    await store.redis.execute_command("HSET", f"hs:event:{event.id}", "status", "waiting")  # type: ignore[no-untyped-call]
    pause = await module._end_of(store, event)
    assert pause is not None
    assert module._failed({"event": {"status": "waiting"}, "rules": []}, "greet", pause)


def test_it_can_be_left_alone(cli: Cli, url: str, folder: Path) -> None:
    done = cli("run", "greet", "--no-wait")
    assert (done.exit_code, done.stdout) == (0, f"{stored(url).event.id}\n")
    assert stored(url).status == "queued"
    told = json.loads(cli("run", "greet", "--no-wait", "--json").stdout)
    assert told == {"event": stored(url).event.id}


def test_data_of_a_file_and_of_the_command(cli: Cli, url: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text('{"city": "Ede", "numbers": [1, 2.5], "deep": {"a": null}}')
    arguments = ("--data-file", str(tmp_path / "data.json"), "--data", "city=Breda", "--data", "sum=1+1=2")
    assert cli("run", "greet", "--no-wait", *arguments).exit_code == 0
    assert stored(url).event.data == {"city": "Breda", "numbers": [1, 2.5], "deep": {"a": None}, "sum": "1+1=2"}


@pytest.mark.parametrize(
    ("rule", "arguments", "connection"),
    [
        ("greet", [], ("", "")),
        ("greet", ["--connection", "other"], ("other", "flireo")),
        ("wired", [], ("desk", "flireo")),
    ],
)
def test_which_connection(
    cli: Cli, url: str, folder: Path, rule: str, arguments: list[str], connection: tuple[str, str]
) -> None:
    assert cli("run", rule, "--no-wait", *arguments).exit_code == 0
    event = stored(url).event
    assert (event.connection, event.provider) == connection


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["gret"], 'there is no rule "gret" in {folder}; did you mean "greet"?'),
        (["zzzzz"], "by hand run broken, greet or wired"),
        (["heard"], "rule heard is not run by hand: `on` does not say `manual`; add `manual:` to its `on`"),
        (["off"], "rule off is switched off"),
        (["greet", "--connection", "desc"], 'there is no connection "desc"; did you mean "desk"?'),
        (["wired", "--connection", "other"], "rule wired is for desk, not for other"),
        (["greet", "--data", "city"], "is not K=V"),
        (["greet", "--data-file", "{list}"], "must hold a JSON object"),
        (["greet", "--data-file", "{broken}"], "cannot be read as JSON"),
    ],
)
def test_what_cannot_be(cli: Cli, url: str, folder: Path, tmp_path: Path, arguments: list[str], reason: str) -> None:
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "broken.json").write_text("{")
    names = {"folder": folder, "list": tmp_path / "list.json", "broken": tmp_path / "broken.json"}
    done = cli("run", *(argument.format(**names) for argument in arguments))
    assert done.exit_code == 2
    assert reason.format(**names) in done.stderr
    assert in_store(url, lambda store: store.events.count()) == 0


def test_whoever_waits_is_told_why(cli: Cli, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends the waiting."""

    sleep = asyncio.sleep

    async def impatient(seconds: float) -> None:
        if seconds == module.LOOK_AGAIN:
            raise KeyboardInterrupt
        await sleep(seconds)

    monkeypatch.setattr(module, "PATIENT", 1)
    monkeypatch.setattr(module.asyncio, "sleep", impatient)
    done = cli("run", "greet")
    assert done.exit_code != 0
    assert "no worker is running; start `hookswitch work`" in done.stderr
    assert stored(url).status == "queued"


async def test_a_run_that_is_put_aside_says_so(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    event = an_event("manual", name="greet")
    await accept(store, event)
    await store.queue.claim("w", {})
    await module._tell_what_is_waited_for(store, event.id)
    await store.redis.execute_command("HSET", f"hs:event:{event.id}", "status", "waiting")  # type: ignore[no-untyped-call]
    await module._tell_what_is_waited_for(store, event.id)
    running, aside = capsys.readouterr().err.splitlines()
    assert running.startswith("it is still running; waiting")
    assert aside.startswith("it is put aside until its next try")
