from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import profile
from benchmarks.profile import table


@pytest.mark.journey
def test_every_part_takes_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "RESULTS", tmp_path)
    monkeypatch.setattr(profile, "calm_collector", lambda: None)
    done = CliRunner().invoke(profile.main, ["--rounds", "2", "--batches", "0"])
    assert done.exception is None, done.output
    rows = dict(line.strip("| ").split(" | ") for line in done.output.splitlines() if line.startswith("| "))
    assert all(int(rows[part]) > 0 for part in ("read", "verify", "normalise", "write as arguments"))
    assert "nan" in rows["**receiver**"]
    assert not list(tmp_path.iterdir())


def test_the_rows_of_a_receiver_add_up() -> None:
    parts = {"read": 5.0, "verify": 8.0, "normalise": 20.0, "write as arguments": 7.0, "path": 90.0,
             "to the store": 40.0, "kB to the store": 4.6}  # fmt: skip
    lines = table(parts, {"receiver": 200.0, "store": 60.0, "script": 30.0, "bare Starlette": 73.0}).splitlines()
    micros = [int(line.strip("| ").rpartition(" | ")[2]) for line in lines[2:10]]
    assert sum(micros[:7]) == micros[7] == 200
    assert lines[-1] == "4.6 kB go to the store"
