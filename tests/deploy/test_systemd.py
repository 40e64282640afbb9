"""The units name what exists, and give each process no more than it needs."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cli import verb as verb_named
from tests.docs.test_references import environment_names

UNITS = sorted((Path(__file__).parents[2] / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


def said(unit: Path) -> Iterator[tuple[str, str]]:
    for line in unit.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield name, value


def test_there_is_one_for_each_process() -> None:
    assert {unit.name for unit in UNITS} == {
        "hookswitch-receiver.socket", "hookswitch-receiver.service", "hookswitch-worker.service",
        "hookswitch-console.service",
    }  # fmt: skip


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_it_starts_a_verb_that_exists_with_settings_that_exist(unit: Path) -> None:
    program, verb, *words = dict(said(unit))["ExecStart"].split()
    assert program == "/opt/hookswitch/bin/hookswitch"
    known = {option for parameter in verb_named(verb).params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known
    assert set(re.findall(r"HOOKSWITCH_\w+", unit.read_text())) <= environment_names()


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_it_runs_as_nobody_in_particular(unit: Path) -> None:
    settings = dict(said(unit))
    assert (settings["DynamicUser"], settings["NoNewPrivileges"], settings["ProtectSystem"]) == ("yes", "yes", "strict")
    assert settings["CapabilityBoundingSet"] == ""
    assert int(settings["TimeoutStopSec"]) > 12  # longer than a receiver takes to answer everybody


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line(unit: Path, tmp_path: Path) -> None:
    program = tmp_path / "hookswitch"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for each in UNITS:
        (tmp_path / each.name).write_text(each.read_text().replace("/opt/hookswitch/bin/hookswitch", str(program)))
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert not [line for line in done.stderr.splitlines() if "hookswitch" in line and "nknown" in line], done.stderr
