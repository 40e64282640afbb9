"""`hookswitch test`: run the tests beside the rules; no network, a virtual clock."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click
from rich.markup import escape

from console.cli.errors import CannotRun
from console.cli.output import data, json_option, print_json, talk
from console.cli.rulefiles import connections_option, folder_argument
from console.cli.storage import data_dir_option
from console.rulebook import SampleRoom, find_connections, words_for
from console.texts import printable
from rules.engine.cases.junit import junit_xml
from rules.engine.cases.testing import Bench, Results
from rules.engine.cases.testreport import WIDTH, Line, coverage_lines, report_lines, results_record
from rules.engine.loading.load import NoFolder
from store.connections import load_connections

_STYLES = {"": "", "head": "bold", "bad": "red", "good": "green", "dim": "dim"}
_NO_TEST = "no test ran; a rule's tests stand beside it in NAME.test.yaml"


@click.command()
@folder_argument
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="TEXT",
    help="Only cases whose rule, name or tag fits; rule:NAME, case:TEXT or tag:WORD for one of them. May be repeated.",
)
@click.option("-x", "--fail-fast", is_flag=True, help="Stop at the first case that fails.")
@click.option("--list", "only_list", is_flag=True, help="List the cases instead of playing them.")
@click.option("--coverage", is_flag=True, help="Also list the rules, conditions and steps that no case reached.")
@click.option(
    "--coverage-min",
    "least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit 1 when less than this is reached, and say what is not.",
)
@click.option(
    "--junit", type=click.Path(path_type=Path, dir_okay=False), help="Also write a JUnit report to this file."
)
@connections_option
@json_option
@data_dir_option
@click.pass_context
def test(
    ctx: click.Context, folder: Path, filters: tuple[str, ...], fail_fast: bool, only_list: bool, coverage: bool,
    least: float | None, junit: Path | None, connections: Path | None, as_json: bool, data_dir: Path,
) -> None:  # fmt: skip
    """Run the .test.yaml files in FOLDER: exit 0 when every case passes, 1 when one fails, 2 when none could be run."""
    bench = _bench(folder, find_connections(connections, data_dir))
    if filters and not any(bench.chosen(filters)):
        raise CannotRun(f"no test ran: no case fits {' or '.join(filters)}; `hookswitch test --list` names them all")
    if only_list:
        _list(bench, filters, as_json)
        return
    results = bench.run(filters, fail_fast)
    _show(results, coverage, least, as_json)
    if junit:
        _write(junit, junit_xml(results))
    reached = least is None or results.coverage.share * 100 >= least
    ctx.exit(0 if results.passed and reached else 1)


def _bench(folder: Path, connections: Path) -> Bench:
    sampler = SampleRoom(load_connections(connections, os.environ, "neither"))
    try:
        return Bench(folder, words_for(connections), sampler)
    except NoFolder as error:
        raise CannotRun(f"{error}; name the rules folder") from error


def _list(bench: Bench, filters: tuple[str, ...], as_json: bool) -> None:
    rows = [
        {"rule": case.rule, "file": file.path, "line": case.line, "name": case.name, "tags": list(case.tags)}
        for file, case in bench.chosen(filters)
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(printable(f"{row['file']}:{row['line']} {row['rule']}: {row['name']}"))


def _show(results: Results, coverage: bool, least: float | None, as_json: bool) -> None:
    if as_json:
        print_json(results_record(results))
        return
    page = data()
    width = page.width if page.is_terminal else WIDTH
    _print(report_lines(results, width))
    if not results.cases and not results.findings:
        talk().print(_NO_TEST)
    if coverage or least is not None:
        _print(coverage_lines(results.coverage, least))


def _print(lines: Iterable[Line]) -> None:
    """Coloured on a terminal, plain for a build server."""
    page = data()
    for line in lines:
        text = escape(printable(line.text))
        page.print(f"[{_STYLES[line.tone]}]{text}[/]" if line.tone else text)


def _write(path: Path, report: str) -> None:
    try:
        path.write_text(report, encoding="utf-8")
    except OSError as error:
        raise CannotRun(f"{path} cannot be written: {error.strerror}") from error
