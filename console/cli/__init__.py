"""The `hookswitch` command: one file a verb.

Manners: stdout is data, stderr is talk; exit 0 fine, 1 findings, 2 could not run; errors end with what to do next.
"""

from __future__ import annotations

import click

from console.cli.actions import actions
from console.cli.check import check
from console.cli.completion import completion
from console.cli.connections import connections
from console.cli.console import console
from console.cli.dead import dead
from console.cli.dev import dev
from console.cli.doctor import doctor
from console.cli.errors import HumaneGroup
from console.cli.events import events
from console.cli.explain import explain
from console.cli.export import export
from console.cli.forget import forget
from console.cli.functions import functions
from console.cli.init import init
from console.cli.new import new
from console.cli.numbers import numbers
from console.cli.pause import pause, paused
from console.cli.reconcile import reconcile
from console.cli.reference import reference
from console.cli.replay import replay
from console.cli.resume import resume
from console.cli.run import run
from console.cli.schedules import schedules
from console.cli.schema import schema
from console.cli.serve import serve
from console.cli.simulate import simulate
from console.cli.tail import tail
from console.cli.test import test
from console.cli.trace import trace
from console.cli.work import work


@click.group(cls=HumaneGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hookswitch")
def main() -> None:
    """The webhook URL for AI phone agents, and the automation behind it."""


for command in (
    init,
    dev,
    serve,
    work,
    console,
    check,
    test,
    schema,
    simulate,
    events,
    trace,
    tail,
    explain,
    export,
    forget,
    replay,
    reconcile,
    run,
    schedules,
    numbers,
    new,
    dead,
    pause,
    paused,
    resume,
    doctor,
    connections,
    actions,
    functions,
    reference,
    completion,
):
    main.add_command(command)
