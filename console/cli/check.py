"""`hookswitch check`: every mistake in every rule file, at once."""

from __future__ import annotations

import re
from pathlib import Path

import click
from rich.markup import escape

from console.cli.errors import CannotRun
from console.cli.output import data, talk
from console.cli.rulefiles import connections_option, folder_argument
from console.cli.storage import data_dir_option
from console.frame import framed
from console.rulebook import find_connections, mapping_findings, words_for
from rules.engine.checks.check import check_folder
from rules.engine.checks.formats import FORMATS
from rules.engine.findings import Finding, has_errors
from rules.engine.loading.load import NoFolder, rule_files, texts

_GUTTER = 9
"""Cells before the text of a line."""
_SECRET = re.compile(r"\bsecrets\.\w")
_NOT_COMPARED = (
    "secrets are not looked up, since no HOOKSWITCH_SECRET_ variable is set here; "
    "`hookswitch doctor` tells which ones the workers lack"
)


@click.command()
@folder_argument
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option(
    "--frame/--no-frame",
    default=None,
    help="Show each finding with its line and a caret; as it is on a terminal if neither is given.",
)
@click.option("--strict", is_flag=True, help="Warnings count as findings for the exit code.")
@connections_option
@data_dir_option
@click.pass_context
def check(
    ctx: click.Context, folder: Path, form: str, frame: bool | None, strict: bool, connections: Path | None,
    data_dir: Path,
) -> None:  # fmt: skip
    """Check the rule files in FOLDER: exit 0 when all is well, 1 with findings, 2 when it could not run."""
    try:
        desks = find_connections(connections, data_dir)
        words = words_for(desks)
        findings = sorted([*check_folder(folder, words), *mapping_findings(desks)])
        count = len(rule_files(folder))
    except NoFolder as error:
        raise CannotRun(f"{error}; name the rules folder") from error
    if form == "text" and (data().is_terminal if frame is None else frame):
        _show(findings)
    else:
        click.echo(FORMATS[form](findings), nl=False)
    if form == "text":
        talk().print(summary(count, findings))
        if words.secrets is None and any(_SECRET.search(text) for text in texts(folder)):
            talk().print(_NOT_COMPARED)
    ctx.exit(int(has_errors(findings) or (strict and bool(findings))))


def summary(count: int, findings: list[Finding]) -> str:
    """One line that says how it went."""
    errors = sum(finding.severity == "error" for finding in findings)
    told = ", ".join(
        f"{number} {word}{'' if number == 1 else 's'}"
        for number, word in ((errors, "error"), (len(findings) - errors, "warning"))
        if number
    )
    return f"{count} rule{'' if count == 1 else 's'}: {told or 'nothing to say'}"


def _show(findings: list[Finding]) -> None:
    """Each finding with the line it is about and a caret under the character."""
    console = data()
    for finding in findings:
        style = "red" if finding.severity == "error" else "yellow"
        where = f"{finding.path}:{finding.line}:{finding.column}"
        console.print(f"[bold]{escape(where)}[/] {escape(finding.rule)}: [{style}]{escape(finding.message)}[/]")
        line = _line(finding)
        if line:
            shown, before = framed(line, finding.column, console.width - _GUTTER)
            console.print(f"  [dim]{finding.line:>4} │[/] {escape(shown)}")
            console.print(f"       [dim]│[/] {' ' * before}[{style}]^[/]")


def _line(finding: Finding) -> str:
    try:
        lines = Path(finding.path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return lines[finding.line - 1] if 0 < finding.line <= len(lines) else ""
