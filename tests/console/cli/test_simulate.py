from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.dev.session import remember
from tests.console.conftest import Cli
from tests.console.sandbox.process import sandbox_process

QUICK = "from: '+31612340001'\nturns: [{hang_up: true}]\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """A sandbox that posts to nobody."""
    nowhere = "http://127.0.0.1:9/hooks/x"
    webhooks = {f"HOOKSWITCH_SANDBOX_{name}_URL": nowhere for name in ("G2", "G3", "FLUENTS", "VAPI")}
    with sandbox_process(webhooks | {"HOOKSWITCH_SANDBOX_PACE": "0"}) as it:
        yield it.url


@pytest.fixture
def script(tmp_path: Path) -> str:
    """The shortest call there is."""
    path = tmp_path / "call.yaml"
    path.write_text(QUICK)
    return str(path)


def test_a_call_is_told_as_a_story(cli: Cli, sandbox: str, script: str) -> None:
    done = cli("simulate", "call", "--sandbox", sandbox, "--script", script, "--to", "+31850000002")
    assert done.exit_code == 0
    first, *_, last = done.stdout.splitlines()
    assert first.startswith("☎  +31612340001 calls +31850000002")
    assert "talking, longest silence" in last


def test_the_sandbox_of_the_last_dev_is_found_by_itself(cli: Cli, sandbox: str, script: str, tmp_path: Path) -> None:
    remember(tmp_path, {"SANDBOX_URL": sandbox})
    assert cli("simulate", "call", "--data-dir", str(tmp_path), "--script", script).exit_code == 0


def test_a_platform_without_a_connection_says_which_one_is_wanted(cli: Cli, sandbox: str) -> None:
    done = cli("simulate", "call", "--sandbox", sandbox, "--platform", "opencx")
    assert done.exit_code == 2
    assert "call a connection opencx_desk in the connections file" in done.stderr


def test_a_call_as_json_is_one_document(cli: Cli, sandbox: str, script: str) -> None:
    done = cli("simulate", "call", "--sandbox", sandbox, "--script", script, "--json", "--from", "+31612340009")
    record = json.loads(done.stdout)
    assert (record["from"], record["generation"]) == ("+31612340009", "g3")


def test_a_call_on_another_platform(cli: Cli, sandbox: str, tmp_path: Path) -> None:
    done = cli("simulate", "call", "--sandbox", sandbox, "--platform", "vapi")
    assert done.exit_code == 0
    assert "(vapi, " in done.stdout.splitlines()[0]
    (tmp_path / "call.yaml").write_text("platform: vapi\n" + QUICK)
    done = cli("simulate", "call", "--sandbox", sandbox, "--script", str(tmp_path / "call.yaml"), "--json")
    assert json.loads(done.stdout)["platform"] == "vapi"


@pytest.mark.parametrize(
    ("connection", "spoken"),
    [("vapi_desk", ("vapi", "g3")), ("front_desk_g2", ("flireo", "g2")), ("fluents_desk", ("fluents", "g3"))],
)
def test_a_call_on_a_demo_connection(
    cli: Cli, sandbox: str, script: str, connection: str, spoken: tuple[str, str]
) -> None:
    arguments = ("--sandbox", sandbox, "--connection", connection, "--script", script, "--json")
    record = json.loads(cli("simulate", "call", *arguments).stdout)
    assert (record["platform"], record["generation"]) == spoken


def test_an_event_from_a_file(cli: Cli, sandbox: str, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"message": {"type": "status-update", "call": {"id": "c1"}, "status": "ended"}}')
    for platform in ("flireo", "vapi"):
        done = cli("simulate", "event", str(file), "--sandbox", sandbox, "--platform", platform)
        assert done.exit_code == 0, done.stderr
        assert json.loads(done.stdout)["event"] == "status-update"


@pytest.mark.parametrize("text", ["[]", "not JSON"])
def test_a_file_that_is_no_event(text: str, cli: Cli, sandbox: str, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text(text)
    done = cli("simulate", "event", str(tmp_path / "event.json"), "--sandbox", sandbox)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")


def test_a_script_that_cannot_be_played(cli: Cli, sandbox: str, tmp_path: Path) -> None:
    (tmp_path / "call.yaml").write_text("trns: []")
    done = cli("simulate", "call", "--sandbox", sandbox, "--script", str(tmp_path / "call.yaml"))
    assert done.exit_code == 2
    assert "trns" in done.stderr


def test_no_sandbox_says_how_to_start_one(cli: Cli) -> None:
    done = cli("simulate", "call", "--sandbox", "http://127.0.0.1:9")
    assert done.exit_code == 2
    assert done.stderr == (
        "Error: no sandbox answers at http://127.0.0.1:9; start one with `make run`, or name it with --sandbox\n"
    )
