"""`hookswitch forget`: one caller, everywhere, with a receipt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from console.cli.callers import caller_of, caller_options
from console.cli.errors import CannotRun
from console.cli.output import print_json, talk
from console.cli.storage import data_dir_option, with_store
from console.pausing import user
from console.privacy.forgetting import Forgetter, ManyCallers, Request, StillOpen
from console.privacy.receipt import Receipt
from console.progress import progress
from store import seeking
from store.client import Store
from store.masking import masked
from store.spoolfile import SpoolError


@click.command()
@caller_options
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--even-unfinished", is_flag=True, help="End work that is not finished, open calls included.")
@click.option("--even-called", is_flag=True, help="Also when several people called NUMBER: their calls to it go.")
@click.option("--wait", type=click.FloatRange(0), default=10.0, show_default=True, metavar="SECONDS",
              help="How long work that is about to end may take.")  # fmt: skip
@data_dir_option
def forget(
    number: str, region: str, dry_run: bool, yes: bool, even_unfinished: bool, even_called: bool, wait: float,
    data_dir: Path,
) -> None:  # fmt: skip
    """Remove everything kept about the caller NUMBER, and print a receipt.

    The number is written in any notation. Events of the caller's calls go, and those of others that mention it.
    """
    caller = caller_of(number, region)
    request = Request(caller, user(), data_dir, even_unfinished, even_called, wait)

    async def work(store: Store) -> Receipt:
        with progress("looking", await seeking.count(store.redis)) as advance:
            if dry_run:
                return await Forgetter(store, request, advance).rehearse()
            return await Forgetter(store, request, advance, None if yes else _ask).run()

    with _in_words(number):
        receipt = with_store(data_dir, work)
    print_json(receipt.told())
    for sort, count in receipt.left.items():
        talk().print(
            f"{count} {sort.replace('_', ' ')} still name the number: {_LEFT.get(sort, 'look at them by hand')}"
        )
    if receipt.is_empty:
        talk().print("nothing was kept about this number")


_LEFT = {
    "rules": "take it out of the rule files",
    "rule_versions": "take it out of the rule files; old versions go by themselves",
    "numbers": "it is one of your own lines",
}
"""Where a number stays → what to do."""


def _ask(planned: Receipt) -> None:
    told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in planned.removed.items() if count)
    mentions = f" ({planned.mentions} of the events only mention it)" if planned.mentions else ""
    if not click.confirm(f"remove {told or 'nothing that is known by now'}{mentions}, for good?", err=True):
        raise CannotRun("nothing was removed")


@contextmanager
def _in_words(number: str) -> Iterator[None]:
    """What stops it, and what to do then."""
    try:
        yield
    except StillOpen as error:
        raise CannotRun(
            f"{error.count} events are not finished, such as {', '.join(error.events)}: wait for the end of the call, "
            "or retry later; --even-unfinished ends what is left to do, and the caller then hears the fallback"
        ) from error
    except ManyCallers as error:
        raise CannotRun(
            f"{error.count} people called {masked(number)}: it is a line, and forgetting it would remove their calls; "
            "look with --dry-run, and say --even-called if it is meant"
        ) from error
    except (OSError, SpoolError) as error:
        raise CannotRun(f"not everything was removed, say it once more: {error}") from error
