"""`hookswitch test`: run the tests beside the rules; no network, a virtual clock."""

from __future__ import annotations

import os
from pathlib import Path

import click

from console.cli.errors import CannotRun
from console.cli.output import talk
from console.cli.rulefiles import connections_option, folder_argument
from console.cli.storage import data_dir_option
from console.rulebook import SampleRoom, find_connections, words_for
from rules.engine.load import NoFolder
from rules.engine.testing import run_tests
from rules.engine.testreport import junit_xml, report_text
from store.connections import load_connections


@click.command()
@folder_argument
@click.option("--filter", "only", default="", help="Only cases whose rule or name contains this.")
@click.option("--coverage", is_flag=True, help="Also list the rules, conditions and steps that no case reached.")
@click.option("--junit", type=click.Path(path_type=Path), help="Also write a JUnit report to this file.")
@connections_option
@data_dir_option
@click.pass_context
def test(
    ctx: click.Context, folder: Path, only: str, coverage: bool, junit: Path | None, connections: Path | None,
    data_dir: Path,
) -> None:  # fmt: skip
    """Run the .test.yaml files in FOLDER: exit 0 when every case passes, 1 when one fails."""
    path = find_connections(connections, data_dir)
    sampler = SampleRoom(load_connections(path, os.environ, "neither"))
    try:
        results = run_tests(folder, words_for(path), sampler, only)
    except NoFolder as error:
        raise CannotRun(f"{error}; name the rules folder") from error
    click.echo(report_text(results), nl=False)
    if not results.cases and not results.findings:
        talk().print("no test ran; a rule's tests stand beside it in NAME.test.yaml")
    if coverage:
        for unreached in results.coverage.unreached:
            click.echo(unreached.text)
    if junit:
        junit.write_text(junit_xml(results), encoding="utf-8")
    ctx.exit(0 if results.passed else 1)
