from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest

from store.client import Store
from store.pauses import Pause
from tests.console.conftest import Cli
from tests.console.recorded import in_store
from tests.store.test_pauses import stopped

RULE = "description: A rule.\non: status-update\nsteps: [{ action: log, with: { message: x } }]\n"
CONNECTIONS = """
connections:
  desk: { provider: flireo, auth: [{ scheme: none }] }
  both: { provider: flireo, auth: [{ scheme: none }] }
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    """Rules `tell` and `both`, connections `desk` and `both`."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for name in ("tell", "both"):
        (folder / f"{name}.yaml").write_text(RULE)
    (tmp_path / "connections.yaml").write_text(CONNECTIONS)
    return tmp_path


@pytest.fixture
def paths(cli: Cli, files: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """After `cli` has cleared the environment."""
    monkeypatch.setenv("HOOKSWITCH_RULES_DIR", str(files / "rules"))
    monkeypatch.setenv("HOOKSWITCH_CONNECTIONS", str(files / "connections.yaml"))
    return cli


def paused(url: str) -> dict[str, Pause]:
    return in_store(url, lambda store: store.pauses.all())


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("tell", "rule:tell"), ("desk", "connection:desk"), ("all", "all"), ("rule:both", "rule:both"),
        ("connection:both", "connection:both"),
    ],
)  # fmt: skip
def test_what_is_named_is_paused(paths: Cli, url: str, name: str, scope: str) -> None:
    done = paths("pause", name, "--why", "a bad night")
    assert (done.exit_code, done.stdout) == (0, "")
    assert f"hookswitch resume {scope}" in done.stderr
    (pause,) = paused(url).values()
    assert (pause.scope, pause.by, pause.why) == (scope, getpass.getuser(), "a bad night")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tel", 'did you mean "tell"?'),
        ("dsk", 'did you mean "desk"?'),
        ("rule:tel", 'did you mean "rule:tell"?'),
        ("both", "both is a connection and a rule; write connection:both or rule:both"),
    ],
)
def test_a_name_that_is_nothing_or_two_things_pauses_nothing(paths: Cli, url: str, name: str, said: str) -> None:
    done = paths("pause", name)
    assert done.exit_code == 2
    assert said in done.stderr
    assert paused(url) == {}


def test_a_rule_that_only_workers_know_can_be_paused(paths: Cli, url: str) -> None:
    in_store(url, lambda store: store.last_good.keep({"elsewhere": b"{}"}))
    assert paths("pause", "elsewhere").exit_code == 0


def test_files_that_cannot_be_read_do_not_keep_anybody_from_pausing(
    paths: Cli, url: str, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (files / "connections.yaml").write_text("connections: [")
    monkeypatch.setenv("HOOKSWITCH_RULES_DIR", str(files / "nowhere"))
    assert paths("pause", "all").exit_code == 0
    assert list(paused(url)) == ["all"]


@pytest.mark.parametrize("verb", ["pause", "paused"])
def test_the_list_tells_how_many_runs_wait(paths: Cli, url: str, verb: str) -> None:
    assert (paths(verb).exit_code, paths(verb).stdout, paths(verb).stderr) == (0, "", "nothing is paused\n")
    paths("pause", "tell", "--why", "a bad night")
    in_store(url, hold)
    heading, row = paths(verb).stdout.splitlines()
    assert heading.split() == ["paused", "since", "by", "why", "held"]
    assert row.split()[0] == "rule:tell"
    assert row.rstrip().endswith("a bad night  1")
    (told,) = json.loads(paths(verb, "--json").stdout)
    assert (told["paused"], told["why"], told["held"], told["since"][-6:]) == ("rule:tell", "a bad night", 1, "+00:00")


async def hold(store: Store) -> None:
    await stopped(store)


def test_a_pause_as_json(paths: Cli) -> None:
    told = json.loads(paths("pause", "all", "--json").stdout)
    assert (told["paused"], told["by"], told["held"]) == ("all", getpass.getuser(), 0)


def test_keeping_numbers_is_paused_like_a_rule(paths: Cli, url: str, files: Path) -> None:
    assert paths("pause", "numbers").exit_code == 2
    (files / "rules" / "numbers.yaml").write_text("numbers: {}\n")
    assert paths("pause", "numbers").exit_code == 0
    assert list(paused(url)) == ["rule:numbers"]
