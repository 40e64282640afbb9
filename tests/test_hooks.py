"""The hooks for pre-commit do what they say in somebody's repository: each entry is run there as it is written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
RULE = """\
description: The night desk answers.
on: assistant-request
answer: { assistant: asst_night }
"""
TESTS = """\
cases:
  - name: it answers
    event: { fields: { call.from: "+31612340001" } }
    expect: { outcome: ran, answer: { assistant: asst_night } }
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Somebody's repository with one rule that is right."""
    live = tmp_path / "rules" / "live"
    live.mkdir(parents=True)
    (live / "night.yaml").write_text(RULE)
    (live / "night.test.yaml").write_text(TESTS)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    return tmp_path


def run(hook: str, repository: Path) -> subprocess.CompletedProcess[str]:
    """As pre-commit does: the entry and its arguments, at the root of the repository, with no names of files."""
    bin_ = Path(sys.executable).parent
    wanted = {name: value for name, value in os.environ.items() if not name.startswith("HOOKSWITCH_")}
    environment = wanted | {"PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"}
    command = [*HOOKS[hook]["entry"].split(), *HOOKS[hook]["args"]]
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)


def tracked(repository: Path) -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=repository, capture_output=True, text=True, check=True)
    return listed.stdout.split()


def test_there_are_two() -> None:
    assert set(HOOKS) == {"hookswitch-check", "hookswitch-test"}


@pytest.mark.parametrize("hook", HOOKS)
def test_its_command_exists_and_takes_a_folder(hook: str) -> None:
    assert HOOKS[hook]["language"] == "python"
    assert HOOKS[hook]["pass_filenames"] is False
    assert shutil.which(HOOKS[hook]["entry"].split()[0], path=str(Path(sys.executable).parent))


@pytest.mark.parametrize("hook", HOOKS)
def test_it_runs_for_rules_tests_constants_and_assistants(hook: str) -> None:
    files = re.compile(HOOKS[hook]["files"])
    wanted = ("live/a.yaml", "live/a.test.yaml", "live/vars.yaml", "live/assistants/a.json", "connections.yaml")
    assert all(files.search(f"rules/{path}") for path in wanted)
    assert not any(files.search(path) for path in ("README.md", "rules/README.md", "src/a.yaml", "rules/a.py"))


@pytest.mark.parametrize("hook", HOOKS)
def test_it_passes_where_all_is_well(hook: str, repository: Path) -> None:
    done = run(hook, repository)
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_tells_what_is_wrong(repository: Path) -> None:
    (repository / "rules/live/night.yaml").write_text(RULE.replace("answer:", "anwser:"))
    assert any(re.search(HOOKS["hookswitch-check"]["files"], path) for path in tracked(repository))
    done = run("hookswitch-check", repository)
    assert done.returncode == 1
    assert 'rules/live/night.yaml:3:1 night: unknown key "anwser"; did you mean "answer"?' in done.stdout


def test_test_tells_which_case_fails(repository: Path) -> None:
    (repository / "rules/live/night.yaml").write_text(RULE.replace("asst_night", "asst_day"))
    done = run("hookswitch-test", repository)
    assert done.returncode == 1
    assert "it answers" in done.stdout
    assert "asst_day" in done.stdout
