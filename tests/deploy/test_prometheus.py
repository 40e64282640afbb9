"""What Prometheus' own promtool plays, on machines that have it, leaves no alert out."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.deploy.compose import COMPOSE, DEPLOY, SENTINEL, services
from tests.deploy.test_alerts import RULES

FOLDER = DEPLOY / "prometheus"
PLAYED: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.test.yml").read_text(encoding="utf-8"))["tests"]
SCRAPE: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))


def asked(fires: bool) -> set[str]:
    """The alerts that are expected to fire somewhere, or not to."""
    every = [each for test in PLAYED for each in test.get("promql_expr_test", [])]
    return {re.findall(r'alertname="(\w+)"', each["expr"])[0] for each in every if bool(each["exp_samples"]) is fires}


@pytest.mark.parametrize("fires", [True, False])
def test_each_alert_is_played_when_it_fires_and_when_it_does_not(fires: bool) -> None:
    assert {rule["alert"] for rule in RULES} - asked(fires) == set()


def test_what_is_scraped_is_what_compose_starts() -> None:
    (job,) = SCRAPE["scrape_configs"]
    assert SCRAPE["rule_files"] == ["alerts.yml"]
    for path in (COMPOSE, SENTINEL):
        found = services(path, METRICS_TOKEN="a-token")
        ports = {
            name: found[name]["healthcheck"]["test"][-1].split(":")[2].split("/")[0]
            for name in found
            if "env_file" in found[name]
        }
        assert sorted(job["static_configs"][0]["targets"]) == sorted(f"{name}:{port}" for name, port in ports.items())


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "words",
    [("check", "config", "--syntax-only", "prometheus.yml"), ("check", "rules", "alerts.yml"),
     ("test", "rules", "alerts.test.yml")],
    ids=lambda words: words[-1],
)  # fmt: skip
def test_promtool_finds_nothing_wrong(words: tuple[str, ...]) -> None:
    if not shutil.which("promtool"):
        pytest.skip("there is no promtool here")
    done = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
