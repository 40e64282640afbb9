"""docs/first-rule.md is true: every command of it, typed in its order, gives what the page shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.dev.ports import CONSOLE_ABOVE, SANDBOX_ABOVE, Ports
from tests.docs.markdown import ROOT, blocks
from tests.journeys.stage import FAST_ENOUGH, until
from tests.journeys.walkthrough import Walk, alike, typed
from tests.ports import free_port
from tests.warm.programs import Program

PAGE = ROOT / "docs" / "first-rule.md"


class FirstTerminal:
    """`hookswitch dev` on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.ports = Ports(free_port(CONSOLE_ABOVE, SANDBOX_ABOVE))
        self.log = folder / "dev.log"
        self.environ = {
            "HOOKSWITCH_RULES_DIR": str(folder / "rules"), "HOOKSWITCH_DATA_DIR": str(folder / "data"),
            "SANDBOX_URL": self.ports.sandbox_url, "HOOKSWITCH_SANDBOX_PACE": "0.1",
        }  # fmt: skip
        self.process: Program | None = None

    def begin(self) -> None:
        with self.log.open("wb") as log:
            words = ("dev", "--port", str(self.ports.receiver))
            self.process = Program("console", *words, environ=os.environ | self.environ, stdout=log, stderr=log)
        until(lambda: "Ctrl-C stops everything" in self.shown(), 2 * FAST_ENOUGH)

    def shown(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def end(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(FAST_ENOUGH)


def test_commands_are_read_with_what_came_out() -> None:
    """Guards the walk against finding nothing."""
    commands = [each for block in blocks(PAGE, "console") for each in typed(block)]
    assert len(commands) >= 20
    assert {each.command.split()[1] for each in commands if each.command.startswith("hookswitch")} >= {
        "dev", "new", "check", "test", "simulate", "events", "explain", "trace", "replay",
    }  # fmt: skip
    assert [each.command for each in commands if each.shown.strip() and "$ " in each.shown] == []
    assert sum(bool(each.shown.strip()) for each in commands) >= 15


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("at 05:20:40 evt_01ab took 9 ms", "at 23:01:02  evt_77cd took 1.2 s"),
        ("├── received → verified 0.3 ms → done 77 ms", "├── received → verified 12 ms → done 5.0 ms"),
    ],
)
def test_what_differs_from_run_to_run(one: str, other: str) -> None:
    assert alike(one) == alike(other)
    assert alike(one) != alike(other + " or so")


@pytest.mark.journey
def test_the_page_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOOKSWITCH_REDIS_URL", "HOOKSWITCH_CONNECTIONS"):
        monkeypatch.delenv(name, raising=False)
    terminal = FirstTerminal(tmp_path)
    walk = Walk(PAGE, "/tmp/afternoon", tmp_path, terminal.environ, terminal.shown, terminal.begin)
    try:
        assert "\n".join(walk.follow()) == ""
    finally:
        terminal.end()
