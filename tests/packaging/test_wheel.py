"""What is built and installed works in an empty environment, and holds what it should and nothing else."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.dev.ports import CONSOLE_ABOVE, SANDBOX_ABOVE, Ports
from tests.journeys.stage import until
from tests.packaging.wheel import PACKAGES, PATIENCE, Environment, build_wheel, install
from tests.ports import free_port

pytestmark = [pytest.mark.journey, pytest.mark.timeout(2 * PATIENCE)]

NOT_PACKED = ("rules/live/", "rules/examples/", "rules/schema/", "rules/README.md")
"""What is beside the code and belongs to an installation's own folder; `init` writes the schemas there."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return install(wheel, tmp_path_factory.mktemp("empty") / "venv")


@pytest.fixture(scope="module")
def ops(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `init` lays it out."""
    folder = tmp_path_factory.mktemp("ops")
    done = environment.run("hookswitch", "init", "desk", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "desk"


def packed(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def in_the_tree(source: Path) -> set[str]:
    files = {path.relative_to(source).as_posix() for name in PACKAGES for path in (source / name).rglob("*")
             if path.is_file() and "__pycache__" not in path.parts}  # fmt: skip
    return {name for name in files if not name.startswith(NOT_PACKED)} | {"hookswitch.py"}


def test_it_holds_every_file_of_the_packages_and_no_rule_in_force(wheel: Path) -> None:
    assert packed(wheel) ^ in_the_tree(wheel.parent / "source") == set()
    assert not [name for name in packed(wheel) if name.startswith((*NOT_PACKED, "tests/", "docs/", "tools/"))]


def test_the_code_that_runs_is_the_wheels(environment: Environment, tmp_path: Path) -> None:
    probe = f"import {', '.join(PACKAGES)}; print(*[m.__file__ for m in ({', '.join(PACKAGES)})], sep='\\n')"
    shown = environment.run("python", "-c", probe, cwd=tmp_path).stdout.splitlines()
    assert shown == [str(environment.site / name / "__init__.py") for name in PACKAGES]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_stranger_of_the_same_name_is_named(name: str, environment: Environment, tmp_path: Path) -> None:
    stranger = tmp_path / name / "__init__.py"
    stranger.parent.mkdir()
    stranger.write_text("print('the stranger runs')")
    done = environment.run("hookswitch", "serve", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert f'"{name}", and Python finds another one: {stranger}' in done.stderr


def test_a_laid_out_folder_has_nothing_wrong(environment: Environment, ops: Path) -> None:
    checked = environment.run("hookswitch", "check", "--strict", cwd=ops)
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout
    tested = environment.run("hookswitch", "test", "--coverage", cwd=ops)
    assert tested.returncode == 0, tested.stdout
    assert "coverage 100 %" in tested.stdout


@pytest.fixture
def dev(environment: Environment, ops: Path) -> Iterator[Ports]:
    """`hookswitch dev` in that folder, as its README says, at an hour that is none of opening."""
    (ops / "rules" / "live" / "vars.yaml").write_text("timezone: Europe/Amsterdam\nhours: { mon-sun: closed }\n")
    ports = Ports(free_port(CONSOLE_ABOVE, SANDBOX_ABOVE))
    log = ops / "dev.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(environment.bin / "hookswitch"), "dev", "--port", str(ports.receiver)], cwd=ops,
            env=environment.environ(HOOKSWITCH_SANDBOX_PACE="0.05"), stdout=out, stderr=out,
        )  # fmt: skip
    try:
        until(lambda: "Ctrl-C stops everything" in log.read_text() or process.poll() is not None, PATIENCE)
        assert process.poll() is None, log.read_text()
        yield ports
    finally:
        process.terminate()
        process.wait(30)


def test_dev_answers_a_simulated_call_by_the_rule(environment: Environment, ops: Path, dev: Ports) -> None:
    said = environment.run("hookswitch", "simulate", "call", "--sandbox", dev.sandbox_url, cwd=ops)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "We are closed at the moment." in said.stdout
    assert "0 problems" in said.stdout
    listed = environment.run("hookswitch", "events", "assistant-request", "--json", cwd=ops)
    event = json.loads(listed.stdout)[0]["id"]
    traced = json.loads(environment.run("hookswitch", "trace", event, "--json", cwd=ops).stdout)
    assert [(rule["rule"], rule["outcome"]) for rule in traced["rules"]] == [("greeting", "ran")]
