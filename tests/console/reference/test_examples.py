from __future__ import annotations

from pathlib import Path

import pytest

from console.dev.setup import DEMO_CONNECTIONS
from console.reference.examples import example_rule
from rules.engine.checks.check import check_folder
from store.connections import load_connections
from workers.actions import ACTIONS
from workers.vocabulary import vocabulary

ALONE = frozenset({"untested", "unheard-event"})
"""What a rule is told because it stands alone: it has no test beside it, and no other rule listens to it."""


@pytest.mark.parametrize("name", ACTIONS)
def test_check_has_nothing_against_an_example(name: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(example_rule(ACTIONS[name]), encoding="utf-8")
    words = vocabulary(load_connections(DEMO_CONNECTIONS, {}, "neither"))
    assert [finding.text for finding in check_folder(tmp_path, words) if finding.code not in ALONE] == []


def test_an_example_looks_as_people_write_it() -> None:
    assert example_rule(ACTIONS["number.link"]).splitlines() == [
        "description: An example of number.link.",
        "on:",
        "  status-update: failed",
        "steps:",
        "  - id: done",
        "    action: number.link",
        "    connection: front_desk",
        "    with:",
        '      number: "+31850000001"',
        "      agent: 0d3f9f0e-7a01-4c0e-9c55-0000000000a2",
        "  - action: log",
        "    with:",
        "      message: changed is ${{ steps.done.changed }}",
    ]


def test_the_connection_can_do_it() -> None:
    assert "connection: front_desk_g1\n" in example_rule(ACTIONS["number.search"])
