"""`hookswitch dev`: everything in one terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from console.cli.errors import CannotRun
from console.cli.output import data
from console.cli.storage import data_dir_option
from console.dev.children import ChildFailed
from console.dev.ports import LARGEST, Ports, PortTaken
from console.dev.run import Plan, run
from console.process.logs import set_up_logging
from store.settings import StoreSettings


@click.command()
@click.option("--port", type=click.IntRange(1, LARGEST), default=8080, show_default=True,
              help="Port of the receiver; the console takes the next one, the sandbox the one 10 above.")  # fmt: skip
@data_dir_option
@click.option("--rules-dir", type=click.Path(path_type=Path), envvar="HOOKSWITCH_RULES_DIR", default=Path("rules/live"),
              show_default=True, help="The rules in force.")  # fmt: skip
@click.option("--connections", type=click.Path(path_type=Path, exists=True), envvar="HOOKSWITCH_CONNECTIONS",
              help="The connections file; without one, demo connections to the sandbox are made.")  # fmt: skip
@click.option("--no-sandbox", is_flag=True, help="Do not start the simulated phone platform.")
def dev(port: int, data_dir: Path, rules_dir: Path, connections: Path | None, no_sandbox: bool) -> None:
    """Run everything here: embedded store, receiver, worker, console and a simulated phone platform."""
    if not rules_dir.is_dir():
        raise CannotRun(f"there is no rules folder {rules_dir}; make one, or name yours with --rules-dir")
    set_up_logging(StoreSettings(data_dir=data_dir))
    plan = Plan(Ports(port), data_dir, rules_dir, connections, not no_sandbox)
    console = data()
    try:
        asyncio.run(run(plan, console.print))
    except (ChildFailed, PortTaken) as error:
        raise CannotRun(str(error)) from error
    except PermissionError as error:
        raise CannotRun(f"{error.filename}: {error.strerror}; choose another folder with --data-dir") from error
    except FileExistsError as error:
        raise CannotRun(f"{error.filename} is not a folder; choose another with --data-dir") from error
