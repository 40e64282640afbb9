from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from store.client import Store
from tests.deploy.exported import problems, series
from tests.deploy.installation import Installation
from tests.deploy.test_alerts import RULES

BOARD: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "deploy" / "grafana" / "hookswitch.json").read_text(encoding="utf-8")
)
PANELS: list[dict[str, Any]] = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
TITLES = [panel["title"] for panel in PANELS]

NOT_SHOWN = {
    "hookswitch_backlog_jobs": "part of the lanes",
    "hookswitch_events_kept": "for the page of the console",
    "hookswitch_open_work": "for the page of the console",
    "hookswitch_handled_total": "the events again, as workers see them",
    "hookswitch_bodies_held_bytes": "part of the memory of processes",
    "hookswitch_attempt_seconds": "asked for when alerts say that something is slow",
}
"""Metrics that no panel or alert asks for, and why that is right."""


def expressions(panel: dict[str, Any]) -> list[str]:
    return [target["expr"].replace("$__rate_interval", "5m") for target in panel["targets"]]


@pytest.mark.parametrize("panel", PANELS, ids=TITLES)
async def test_a_panel_asks_for_what_is_exported(panel: dict[str, Any], store: Store) -> None:
    here = Installation(store)
    known = series(here.measures)
    assert [wrong for expression in expressions(panel) for wrong in problems(expression, known)] == []


@pytest.mark.parametrize("panel", PANELS, ids=TITLES)
def test_a_legend_names_labels_that_are_kept(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        kept = set(re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", target["expr"]))))
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= kept


async def test_everything_that_is_exported_is_looked_at(store: Store) -> None:
    here = Installation(store)
    names = {each.name for each in here.measures}
    asked = " ".join([expression for panel in PANELS for expression in expressions(panel)])
    asked += " ".join(rule["expr"] for rule in RULES)
    assert {name for name in names if name not in asked} == NOT_SHOWN.keys()


def test_panels_stand_beside_each_other() -> None:
    def covered(panel: dict[str, Any]) -> set[tuple[int, int]]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        return {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}

    for one, other in combinations(BOARD["panels"], 2):
        assert not covered(one) & covered(other), (one["title"], other["title"])
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)


def test_every_panel_uses_the_data_source_that_was_chosen() -> None:
    assert {panel["datasource"]["uid"] for panel in PANELS} == {"${datasource}"}
    assert {each["name"] for each in BOARD["templating"]["list"]} == {"datasource", "connection"}
