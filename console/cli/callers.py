"""What the verbs about one caller share: how the number is named, and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from console.cli.errors import CannotRun
from store.caller import BadNumber, Caller


def caller_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """NUMBER and --region."""
    for option in (
        click.option(
            "--region", default="", metavar="COUNTRY", help="Where a number without a country is, such as NL."
        ),
        click.argument("number"),
    ):
        command = option(command)
    return command


def caller_of(number: str, region: str) -> Caller:
    """The caller meant; raises CannotRun."""
    try:
        return Caller.parse(number, region)
    except BadNumber as error:
        raise CannotRun(str(error)) from error
