"""`python -m tools.pictures [FOLDER]`: take the pictures of the documentation anew, of the demo and its calls.

It needs a Chromium (`make browser`). The numbers in the pictures are the demo's own and nobody's.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from console.dev.ports import CONSOLE_ABOVE, SANDBOX_ABOVE, Ports
from console.sandbox.client import SandboxClient
from console.sandbox.script import Script
from store.tallies import EVERY
from tests.browser import launched
from tests.ports import free_port
from tools.pictures.views import CALLS, NIGHT, PAUSED, SIZES, UNPROVEN, VIEWS, View
from tools.site.stage import ROOT

TARGET = ROOT / "docs" / "pictures"
FOLDER = "build/pictures"
"""Where the demo keeps what it has, as the pictures show it."""
PATIENCE = 60.0
"""Seconds for one simulated call."""


@contextmanager
def demo() -> Iterator[Ports]:
    """`hookswitch dev` with the rules of the demo, until the pictures are taken."""
    ports = Ports(free_port(CONSOLE_ABOVE, SANDBOX_ABOVE))
    command = [sys.executable, "-m", "console", "dev", "--port", str(ports.receiver), "--data-dir", FOLDER]
    with subprocess.Popen(command, cwd=ROOT, env=_environ(), stdout=subprocess.PIPE, text=True) as process:
        try:
            if not any("Ctrl-C stops everything" in line for line in process.stdout or ()):
                raise SystemExit("the demo did not start: `make run` says why")
            yield ports
        finally:
            process.terminate()


def play(ports: Ports) -> None:
    """The calls that are seen in the pictures, one after the other."""
    with SandboxClient(ports.sandbox_url) as sandbox:
        for call in CALLS:
            sandbox.record(sandbox.place_call(Script.model_validate(call)).id, wait=PATIENCE)


def worsen(ports: Ports) -> None:
    """What goes wrong in a night: a platform that signs with another secret, and a rule that had to be stopped."""
    with httpx.Client(base_url=ports.receiver_url, trust_env=False) as platform:
        while platform.post(UNPROVEN, json={}).status_code != 401:
            time.sleep(1)
    paused = [sys.executable, "-m", "console", "pause", PAUSED, "--data-dir", FOLDER, "--why", "it greets everybody"]
    subprocess.run(paused, cwd=ROOT, env=_environ(), check=True)
    time.sleep(2 * EVERY)


def _environ() -> dict[str, str]:
    """Ours, without what was set for another installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HOOKSWITCH_")}


async def shoot(ports: Ports, views: Sequence[View], target: Path) -> None:
    """One picture of each view, in light and dark."""
    async with launched() as browser:
        for view in views:
            for scheme in view.schemes:
                page = await browser.new_page(
                    base_url=f"http://127.0.0.1:{ports.console}", viewport=SIZES[view.size], color_scheme=scheme
                )
                await page.goto(view.path)
                for selector in view.follow:
                    await page.click(selector)
                    await page.wait_for_load_state()
                await page.screenshot(path=target / picture(view, scheme), full_page=view.whole)
                await page.close()


def picture(view: View, scheme: str) -> str:
    """The file a view is kept in."""
    return f"{view.name}.png" if scheme == view.schemes[0] else f"{view.name}-{scheme}.png"


def main(target: Path) -> None:
    """Take them all."""
    target.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(ROOT / FOLDER, ignore_errors=True)
    with demo() as ports:
        play(ports)
        asyncio.run(shoot(ports, VIEWS, target))
        worsen(ports)
        asyncio.run(shoot(ports, NIGHT, target))
    sys.stderr.write(f"taken: {target}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
