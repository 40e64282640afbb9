from __future__ import annotations

import json

from store.client import Store
from store.event import Event, new_event_id
from store.events import Acceptance
from tests.console.conftest import Cli
from tests.console.recorded import CALLER, answered, in_store
from tests.store.builders import accept, an_event


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


def test_an_acknowledged_repetition_leads_to_the_first_one(cli: Cli, url: str) -> None:
    async def repeated(store: Store) -> tuple[Event, Event]:
        first = an_event("tool-calls", dedup_key="t1:call-1")
        again = first.model_copy(update={"id": new_event_id()})
        await accept(store, first)
        assert (await store.events.accept_spooled(Acceptance(again, b"{}"))).duplicate
        return first, again

    first, again = in_store(url, repeated)
    done = cli("trace", again.id, "--json")
    assert json.loads(done.stdout)["event"]["id"] == first.id
    assert done.stderr == f"{again.id} repeats {first.id}, and this is what became of that one\n"
    assert cli("trace", first.id, "--json").stdout == done.stdout


def test_an_unknown_event_says_where_to_look(cli: Cli) -> None:
    done = cli("trace", "evt_none")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "Error: there is no event evt_none; list them with `hookswitch events`\n"
