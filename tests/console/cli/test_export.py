from __future__ import annotations

import json
from pathlib import Path

import pytest

from store.client import Store
from tests.console.conftest import Cli
from tests.console.privacy.story import ADA, BOB, life_of
from tests.console.recorded import in_store


@pytest.fixture
def two(url: str) -> None:
    async def fill(store: Store) -> None:
        await life_of(store, ADA, "a")
        await life_of(store, BOB, "b")

    in_store(url, fill)


def test_json_is_one_record_a_line(cli: Cli, two: None) -> None:
    done = cli("export", ADA, "--json")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert {record["what"] for record in records} >= {"event", "memory"}
    assert f"{len(records)} records" in done.stderr
    assert BOB not in done.stdout


def test_text_is_for_people(cli: Cli, two: None) -> None:
    told = cli("export", "0612340001", "--region", "NL").stdout
    assert told.startswith("# ")
    assert "event evt_" in told
    assert ADA in told


def test_a_file_is_for_one_alone_and_there_when_it_is_whole(cli: Cli, two: None, tmp_path: Path) -> None:
    out = tmp_path / "ada.jsonl"
    assert cli("export", ADA, "--json", "--out", str(out)).exit_code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert [json.loads(line) for line in out.read_text().splitlines()]
    assert list(tmp_path.glob("*.part")) == []


def test_a_file_that_cannot_be_written_is_told(cli: Cli, two: None, tmp_path: Path) -> None:
    refused = cli("export", ADA, "--out", str(tmp_path / "no" / "where"))
    assert refused.exit_code == 2
    assert "not whole" in refused.stderr


def test_nothing_kept_is_told(cli: Cli, two: None) -> None:
    done = cli("export", "+31655555555", "--json")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "nothing is kept" in done.stderr
