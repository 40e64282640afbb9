"""Bad days as who is on call sees them: what metrics, alerts, doctor and logs of real processes say."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from console.dev.setup import DEMO_CONNECTIONS
from tests.deploy.promql import Expression, Scrapes, Vector
from tests.deploy.test_alerts import RULES
from tests.journeys.stage import UNCERTIFIED, Stage, staged, until
from tests.journeys.test_bad_days import folder, status_update
from tests.ports import free_port

pytestmark = pytest.mark.journey

GREET = """
description: Says in the log that a call goes on.
on: status-update
steps:
  - { id: told, action: log, with: { message: "the call of ${{ call.from }} goes on" } }
  - { id: note, action: http.request, with: { url: "${{ vars.sandbox_url }}/crm/notes", body: { a: 1 } } }
"""
ENDED = """
  ended:
    provider: flireo
    generation: g3
    auth: [{ scheme: path_token, secret: a-token, not_after: 2026-01-31T00:00:00Z }]
"""
TOKEN = {"authorization": "Bearer a-token"}


class Watcher:
    """Prometheus, as far as it matters here."""

    def __init__(self, stage: Stage, worker_port: int) -> None:
        self._targets = {"receiver": stage.url, "worker": f"http://127.0.0.1:{worker_port}"}

    def scrape(self) -> dict[str, Vector]:
        """What both processes show now; what does not answer shows nothing."""
        found: dict[str, Vector] = {}
        for instance, url in self._targets.items():
            for family in text_string_to_metric_families(self._page(url)):
                for sample in family.samples:
                    labels = frozenset({**sample.labels, "instance": instance}.items())
                    found.setdefault(sample.name, {})[labels] = sample.value
        return found

    def _page(self, url: str) -> str:
        try:
            response = httpx.get(f"{url}/metrics", headers=TOKEN, **UNCERTIFIED)
        except httpx.TransportError:
            return ""
        assert response.status_code == 200, response.text
        return response.text

    def alerts(self, before: dict[str, Vector] | None = None) -> set[str]:
        """The alerts whose expression holds since an earlier scrape, without waiting out their `for`."""
        now = self.scrape()
        seen = Scrapes(before or now, now, time.time())
        return {rule["alert"] for rule in RULES if Expression(rule["expr"], seen).value()}

    def value(self, metric: str, **labels: str) -> float:
        """One series, summed over the processes."""
        found = self.scrape().get(metric, {})
        return sum(value for kept, value in found.items() if labels.items() <= dict(kept).items())


def doctor(stage: Stage) -> str:
    """Everything doctor finds wrong."""
    found: Any = orjson.loads(stage.hookswitch("doctor", "--json").stdout)
    findings = found["findings"] if isinstance(found, dict) else found
    return " | ".join(f"{each['about']}: {each['text']}" for each in findings if each["level"] != "ok")


def lines_of(stage: Stage, process: str) -> list[dict[str, Any]]:
    """The log of a process."""
    return [orjson.loads(line) for line in (stage.folder / f"{process}.log").read_bytes().splitlines()]


def has(watcher: Watcher, *wanted: str, before: dict[str, Vector] | None = None) -> Callable[[], bool]:
    return lambda: set(wanted) <= watcher.alerts(before)


def test_each_bad_day_is_told_and_a_good_one_is_quiet(tmp_path: Path) -> None:
    rules, port = folder(tmp_path / "rules", greet=GREET), free_port()
    (tmp_path / "connections.yaml").write_text(DEMO_CONNECTIONS.read_text() + ENDED)
    with staged(tmp_path, rules, metrics_token="a-token", worker_metrics_port=str(port)) as stage:
        watcher = Watcher(stage, port)
        until(lambda: watcher.value("hookswitch_rules_followed"))
        quiet = {"HookswitchSecretHasEnded"}

        began = watcher.scrape()
        event_id = stage.post(status_update(1)).headers["x-hookswitch-event"]
        until(lambda: watcher.value("hookswitch_rule_outcomes_total", rule="greet", outcome="ran"))
        assert watcher.value("hookswitch_events_total", connection="front_desk", result="stored") == 1
        assert watcher.value("hookswitch_event_to_action_seconds_count", action="http.request") == 1
        assert watcher.value("hookswitch_api_requests_total", status="2xx") == 1
        until(lambda: watcher.alerts(began) == quiet)
        assert "ended webhook: the path_token secret ended at 2026-01-31 00:00, and no other holds" in doctor(stage)

        told = [line for line in lines_of(stage, "worker") if line["message"] == "rule says"]
        assert [(line["event_id"], line["call_id"], line["connection"]) for line in told] == [
            (event_id, "call-1", "front_desk")
        ]

        (rules / "greet.yaml").write_text(GREET.replace("on: status-update", "on: status-updat"))
        until(has(watcher, "HookswitchRuleRefused", before=began))
        assert "greet" in doctor(stage)
        (rules / "greet.yaml").write_text(GREET)
        until(lambda: watcher.alerts(began) == quiet)

        stage.kill_store()
        away = stage.post(status_update(2)).headers["x-hookswitch-event"]
        until(has(watcher, "HookswitchStoreAway", "HookswitchSpoolInUse", before=began))
        (line,) = [line for line in lines_of(stage, "receiver") if line["message"] == "the store is away, spooled"]
        assert (line["event_id"], line["call_id"], line["connection"]) == (away, "call-2", "front_desk")
        assert "cannot be reached" in doctor(stage) or "unreachable" in doctor(stage)
        for process in ("receiver", "worker"):
            about = [line for line in lines_of(stage, process) if event_id in str(line) or away in str(line)]
            assert all(line.get("event_id") in (event_id, away) for line in about)
            assert all(line.get("call_id") in ("call-1", "call-2") for line in about)

        stage.start_store()
        until(lambda: watcher.value("hookswitch_rule_outcomes_total", rule="greet", outcome="ran") == 2)
        until(lambda: watcher.alerts() == quiet)
