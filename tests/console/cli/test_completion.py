"""The scripts work in real shells, as far as this machine has them."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from console.cli import main
from console.cli.completion import VARIABLE
from tests.console.cli.support import stored
from tests.console.conftest import Cli
from tests.store.builders import an_event

SHELLS = ("bash", "zsh", "fish")
HAVE = pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")


@pytest.fixture
def typing(tmp_path: Path, url: str) -> dict[str, str]:
    """An environment with a `hookswitch` that is this code, in a folder with a rule and a connection."""
    program = tmp_path / "bin" / "hookswitch"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m console "$@"\n')
    program.chmod(0o755)
    (tmp_path / "rules").mkdir()
    for name in ("greeting.yaml", "greeting.test.yaml", "vars.yaml"):
        (tmp_path / "rules" / name).write_text("")
    connections = tmp_path / "connections.yaml"
    connections.write_text("connections: {night_desk: {provider: flireo, auth: [{scheme: none}]}}")
    return {
        **os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "HOOKSWITCH_RULES_DIR": str(tmp_path / "rules"),
        "HOOKSWITCH_CONNECTIONS": str(connections), "HOOKSWITCH_REDIS_URL": url,
        "HOOKSWITCH_DATA_DIR": str(tmp_path / "data"),
    }  # fmt: skip


BASH = """
eval "$(hookswitch completion bash)"
COMP_WORDS=(hookswitch pause ""); COMP_CWORD=2
_hookswitch_completion hookswitch "" ""
printf '%s\n' "${COMPREPLY[@]}"
"""


@HAVE
def test_bash_offers_what_there_is(typing: dict[str, str]) -> None:
    done = subprocess.run(["bash", "-c", BASH], env=typing, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr, done.stdout.split()) == (0, "", ["all", "greeting", "night_desk"])


Offered = Callable[[str, str], list[str]]


@pytest.fixture
def offered(typing: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Offered:
    """What a shell is told, which starts us for it each time; here nobody does."""
    for name, text in typing.items():
        monkeypatch.setenv(name, text)
    shell = BashComplete(main, {}, "hookswitch", VARIABLE)
    return lambda words, begun: [item.value for item in shell.get_completions(words.split(), begun)]


@pytest.mark.parametrize(
    ("words", "begun", "wanted"),
    [
        ("", "exp", ["explain", "export"]),
        ("trace", "--js", ["--json"]),
        ("run", "", ["greeting"]),
        ("resume", "ni", ["night_desk"]),
        ("events --connection", "", ["night_desk"]),
        ("completion", "", list(SHELLS)),
    ],
)
def test_what_there_is_is_offered(words: str, begun: str, wanted: list[str], offered: Offered) -> None:
    shown = offered(words, begun)
    assert shown == wanted or (not words and set(wanted) <= set(shown))


def test_events_are_offered(offered: Offered, url: str) -> None:
    event = an_event()
    stored(url, event)
    assert offered("trace", "evt_") == [event.id]
    assert offered("explain", event.id[:8]) == [event.id]
    assert offered("trace", "nothing") == []


def test_nothing_is_offered_and_nothing_said_without_a_store(
    offered: Offered, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for words, name, text in (("trace", "REDIS_URL", "redis://127.0.0.1:1/0"), ("trace", "REDIS_URL", ""),
                              ("run", "RULES_DIR", "/nowhere")):  # fmt: skip
        monkeypatch.setenv(f"HOOKSWITCH_{name}", text)
        assert offered(words, "") == []
    assert capfd.readouterr() == ("", "")


def test_fish_offers_what_there_is(typing: dict[str, str], url: str) -> None:
    if not shutil.which("fish"):
        pytest.skip("there is no fish here")
    event = an_event()
    stored(url, event)
    asked = 'hookswitch completion fish | source; for line in $argv; complete -C "hookswitch $line"; end'
    done = subprocess.run(
        ["fish", "--no-config", "-c", asked, "pause ", "trace evt_", "events --connection "], env=typing,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    shown = [line.split("\t") for line in done.stdout.splitlines()]
    assert shown == [["all"], ["greeting"], ["night_desk"], [event.id, event.kind], ["night_desk"]]


ZSH = """autoload -Uz compinit && compinit -D -u; LISTMAX=999; eval "$(hookswitch completion zsh)"\n"""


def test_zsh_lists_what_there_is_when_tab_is_pressed(typing: dict[str, str], url: str) -> None:
    if not shutil.which("zsh"):
        pytest.skip("there is no zsh here")
    event = an_event()
    stored(url, event)
    ours, theirs = pty.openpty()
    environ = {**typing, "TERM": "dumb", "COLUMNS": "200"}
    shell = subprocess.Popen(
        ["zsh", "-f", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, env=environ, start_new_session=True
    )
    os.close(theirs)
    try:
        os.write(ours, ZSH.encode())
        for typed, wanted in (("pause ", ("greeting", "night_desk")), ("trace evt_", (event.id[4:],))):
            os.write(ours, f"\x15hookswitch {typed}\t\t".encode())
            _read_until(ours, wanted)
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)


def _read_until(terminal: int, wanted: tuple[str, ...]) -> None:
    """Everything wanted is on the screen; what never comes ends as a timeout of the test."""
    shown = ""
    while not all(word in shown for word in wanted):
        shown += os.read(terminal, 4096).decode(errors="replace")


@pytest.mark.parametrize("shell", SHELLS)
def test_each_script_asks_our_command(shell: str, cli: Cli) -> None:
    done = cli("completion", shell)
    assert done.exit_code == 0
    assert f"_HOOKSWITCH_COMPLETE={shell}_complete" in done.stdout
    assert "hookswitch" in done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_understands_its_script(shell: str, cli: Cli) -> None:
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} here")
    script = cli("completion", shell).stdout
    done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def test_another_shell_could_not_run(cli: Cli) -> None:
    assert cli("completion", "tcsh").exit_code == 2
