from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.dev.session import remember
from store.client import Store
from tests.console.conftest import Cli
from tests.console.recorded import in_store
from tests.ports import free_port
from tests.store.builders import ALL_LANES

CONNECTIONS = """
connections:
  desk:
    provider: flireo
    generation: g3
    auth: [{scheme: hmac, secret: "${DESK_SECRET}"}]
"""


@pytest.fixture
def data_dir(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which `dev` once ran, with a worker at work and an in-memory store."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "connections.yaml").write_text(CONNECTIONS)
    (folder / "secrets.env").touch(0o600)
    (folder / "secrets.env").write_text("DESK_SECRET=s\n")
    (tmp_path / "rules").mkdir()
    paths = {"HOOKSWITCH_RULES_DIR": tmp_path / "rules", "HOOKSWITCH_CONNECTIONS": folder / "connections.yaml"}
    remember(folder, {name: str(path) for name, path in paths.items()})
    monkeypatch.setenv("HOOKSWITCH_DURABILITY", "memory")

    async def work(store: Store) -> None:
        await store.queue.claim("w1", ALL_LANES)

    in_store(url, work)
    return folder


def told(cli: Cli) -> dict[str, Any]:
    return {finding["about"]: finding for finding in json.loads(cli("doctor", "--json").stdout)}


def test_all_is_well_after_dev(cli: Cli, data_dir: Path) -> None:
    done = cli("doctor")
    assert done.exit_code == 0, done.stdout
    assert "✓ desk webhook" in done.stdout
    assert "→" not in done.stdout


def test_findings_come_with_advice_and_exit_1(cli: Cli, data_dir: Path) -> None:
    (data_dir / "secrets.env").chmod(0o644)
    done = cli("doctor")
    assert done.exit_code == 1
    assert "✖ secrets" in done.stdout
    assert f"→ chmod 600 {data_dir}/secrets.env" in done.stdout
    assert cli("doctor", "--json").exit_code == 1


def test_a_warning_is_no_failure(cli: Cli, data_dir: Path) -> None:
    data_dir.chmod(0o755)
    assert cli("doctor").exit_code == 0
    assert told(cli)["data folder"]["level"] == "warning"


def test_the_environment_stands_before_what_dev_used(
    cli: Cli, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOKSWITCH_CONNECTIONS", str(tmp_path / "none.yaml"))
    assert told(cli)["connections"]["level"] == "error"


def test_without_a_store_the_rest_is_examined(cli: Cli, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOKSWITCH_REDIS_URL")
    assert cli("doctor").exit_code == 1
    found = told(cli)
    assert found["store"]["text"] == f"no store runs in {data_dir}"
    assert (found["desk webhook"]["level"], found["rules"]["level"]) == ("ok", "ok")


def test_platforms_are_asked_unless_it_is_told_not_to(cli: Cli, data_dir: Path) -> None:
    api = f"    api: {{base_url: 'http://127.0.0.1:{free_port()}', key: k}}\n"
    (data_dir / "connections.yaml").write_text(CONNECTIONS + api)
    assert cli("doctor").exit_code == 1
    key = told(cli)["desk key"]
    assert (key["level"], key["text"].partition(":")[0]) == ("error", "the platform is not reached")
    done = cli("doctor", "--offline", "--json")
    assert done.exit_code == 0
    assert "desk key" not in {finding["about"] for finding in json.loads(done.stdout)}


def test_what_workers_were_refused_is_told_offline(cli: Cli, data_dir: Path, url: str) -> None:
    in_store(url, lambda store: store.tallies.add({("api", "desk", "flireo", "401"): 1}))
    assert "refused with 401" in cli("doctor", "--offline").stdout
