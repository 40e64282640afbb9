from __future__ import annotations

import json

from tests.console.conftest import Cli
from tests.console.recorded import CALLER, answered, in_store


def test_the_tree_is_for_people(cli: Cli, url: str) -> None:
    event = in_store(url, answered)
    done = cli("trace", event.id)
    assert done.exit_code == 0
    assert "└── ✓ answer to look_up by rule find_customer" in done.stdout
    assert CALLER not in done.stdout
    assert f'seen call.from = "{CALLER}"' in cli("trace", event.id, "--numbers").stdout


def test_the_record_is_for_programs(cli: Cli, url: str) -> None:
    event = in_store(url, answered)
    record = json.loads(cli("trace", event.id, "--json").stdout)
    assert record.keys() == {"event", "stages", "rules", "answers"}
    assert record["event"]["call"]["from"] == "+316•••••01"
    full = json.loads(cli("trace", event.id, "--json", "--numbers").stdout)
    assert full["event"]["call"]["from"] == CALLER


def test_an_unknown_event_says_where_to_look(cli: Cli) -> None:
    done = cli("trace", "evt_none")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "Error: there is no event evt_none; list them with `hookswitch events`\n"
