"""`hookswitch simulate`: calls and events of the sandbox phone platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import click
import httpx

from console.cli.desks import RECEIVER, delivery, desk_of, inlet_options, post
from console.cli.errors import CannotRun
from console.cli.output import data, json_option, print_json
from console.cli.rulefiles import connections_option
from console.cli.storage import data_dir_option
from console.dev.session import remembered
from console.dev.setup import PLAYED
from console.rulebook import find_connections
from console.sandbox.client import DEFAULT_URL, SandboxClient, SandboxRefused
from console.sandbox.record import CallRecord, Moment
from console.sandbox.render import call_line, ending_line, moment_line
from console.sandbox.script import GENERATIONS, PLATFORMS, BadScript, Generation, Platform, Script, read_script
from receiver.auth import BadEntry
from receiver.raw import RawDelivery
from store.connections import Connection

sandbox_option = click.option(
    "--sandbox",
    envvar="SANDBOX_URL",
    help=f"Where it runs; else where the last `hookswitch dev` in the data folder had it, else {DEFAULT_URL}.",
)
generation_option = click.option(
    "--generation",
    "-g",
    type=click.Choice(["g1", "g2", "g3"]),
    default="g3",
    show_default=True,
    help="Which dialect of Flireo.",
)
platform_option = click.option(
    "--platform", "-p", type=click.Choice(PLATFORMS), help="Which phone platform; the script's own, else flireo."
)


@click.group()
def simulate() -> None:
    """Play a phone platform: place simulated calls, send single events."""


@simulate.command()
@platform_option
@generation_option
@click.option(
    "--connection",
    type=click.Choice(list(PLAYED.values())),
    help="Which demo connection is called; stands for its platform and dialect.",
)
@click.option("--script", "script_file", type=click.Path(path_type=Path, exists=True), help="What the caller does.")
@click.option("--from", "caller", help="Who calls, E.164.")
@click.option("--to", "called", help="Which number is called, E.164.")
@click.option("--lose", multiple=True, metavar="EVENT", help="An event that never arrives; '*' for all of them.")
@json_option
@sandbox_option
@data_dir_option
def call(
    platform: str | None,
    generation: str,
    connection: str | None,
    script_file: Path | None,
    caller: str | None,
    called: str | None,
    lose: tuple[str, ...],
    as_json: bool,
    sandbox: str | None,
    data_dir: Path,
) -> None:
    """Place a call and follow it to its end: what the caller hears, and how long they wait."""
    spoken = {"platform": platform, "generation": generation, **(_spoken_on(connection) if connection else {})}
    script = _script(script_file, {**spoken, "from_": caller, "to": called})
    script = script.model_copy(update={"lost": [*script.lost, *lose]})
    with _sandbox(sandbox, data_dir) as client:
        record = _follow(client, script, quiet=as_json)
    if as_json:
        print_json(record.model_dump(mode="json", by_alias=True))


@simulate.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@platform_option
@generation_option
@click.option("--kind", default="", help="The event's kind as the platform names it; read off the file when left out.")
@click.option("--copies", default=1, show_default=True, help="How often it is delivered.")
@sandbox_option
@click.option("--connection", default="", help="Post it to this connection, signed by its first auth entry.")
@click.option("--url", help="Where the receiver is, for --connection.", default=RECEIVER, show_default=True)
@inlet_options
@connections_option
@data_dir_option
def event(
    file: Path, platform: str | None, generation: str, kind: str, copies: int, sandbox: str | None, connection: str,
    url: str, connections: Path | None, data_dir: Path, **inlet: Any,
) -> None:  # fmt: skip
    """Send FILE, a platform's own payload, signed like the real one, and print what came back.

    The sandbox sends it, as the platform it plays; with --connection it goes straight to that connection.
    """
    if connection:
        desk = desk_of(connection, find_connections(connections, data_dir), data_dir)
        for _ in range(copies):
            _post(desk, delivery(connection, file, **inlet), url)
        return
    with _sandbox(sandbox, data_dir) as client:
        print_json(
            client.send_event(file, cast(Generation, generation), kind, copies, cast(Platform, platform or "flireo"))
        )


def _post(desk: Connection, raw: RawDelivery, url: str) -> None:
    """Signed now; what came back is printed, and a refusal is exit 2."""
    try:
        response = post(desk, raw, url)
    except BadEntry as error:
        raise CannotRun(f"connection {desk.name}: {error.reason}") from error
    except httpx.TransportError as error:
        raise CannotRun(f"no receiver answers at {url}; start one with `make run`, or name it with --url") from error
    if not response.is_success:
        raise CannotRun(f"the receiver answered {response.status_code}: {response.text[:200]}")
    print_json(response.json())


def _spoken_on(connection: str) -> Mapping[str, str]:
    """What is spoken on a demo connection."""
    found = next(spoken for spoken, name in PLAYED.items() if name == connection)
    return {"platform": "flireo", "generation": found} if found in GENERATIONS else {"platform": found}


def _script(file: Path | None, given: Mapping[str, str | None]) -> Script:
    try:
        script = read_script(file) if file else Script()
    except BadScript as error:
        raise CannotRun(str(error)) from error
    return script.model_copy(update={name: value for name, value in given.items() if value is not None})


def _follow(client: SandboxClient, script: Script, *, quiet: bool) -> CallRecord:
    placed = client.place_call(script)
    say = _say_nothing if quiet else data().print
    say(call_line(placed))
    record = placed
    for told in client.follow(placed.id):
        if isinstance(told, Moment):
            say(moment_line(told))
        else:
            record = told
    say(ending_line(record))
    return record


def _say_nothing(_: object) -> None:
    pass


@contextmanager
def _sandbox(named: str | None, data_dir: Path) -> Iterator[SandboxClient]:
    """The running sandbox; what goes wrong there becomes a sentence."""
    url = named or remembered(data_dir).get("SANDBOX_URL") or DEFAULT_URL
    try:
        with SandboxClient(url) as client:
            yield client
    except (SandboxRefused, ValueError) as error:
        raise CannotRun(str(error)) from error
    except httpx.TransportError as error:
        raise CannotRun(f"no sandbox answers at {url}; start one with `make run`, or name it with --sandbox") from error
