from __future__ import annotations

from pathlib import Path

import pytest

from console.dev.setup import DEMO_CONNECTIONS
from console.sandbox.script import Script
from tools.pictures.__main__ import TARGET, picture
from tools.pictures.views import CALLS, NIGHT, PAUSED, UNPROVEN, VIEWS

PNG = b"\x89PNG\r\n\x1a\n"
LARGEST = 250_000
"""Bytes: whoever clones the project carries every picture."""
PICTURES = [picture(view, scheme) for view in (*VIEWS, *NIGHT) for scheme in view.schemes]
MANUAL = "\n".join(path.read_text() for path in [Path("README.md"), *Path("docs").glob("*.md")])


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_is_kept_and_shown(name: str) -> None:
    found = (TARGET / name).read_bytes()
    assert found.startswith(PNG)
    assert len(found) < LARGEST
    assert f"pictures/{name}" in MANUAL


def test_nothing_else_is_kept() -> None:
    assert sorted(path.name for path in TARGET.iterdir()) == sorted(PICTURES)


def test_the_night_has_its_connection_and_its_rule() -> None:
    assert f"  {UNPROVEN.removeprefix('/hooks/')}:" in DEMO_CONNECTIONS.read_text()
    assert Path("rules/live", f"{PAUSED}.yaml").exists()


@pytest.mark.parametrize("call", CALLS)
def test_the_calls_are_scripts(call: dict[str, object]) -> None:
    assert Script.model_validate(call).platform == call["platform"]
