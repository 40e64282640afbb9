from __future__ import annotations

import pytest

from store.client import Store
from store.runs import RunId
from tests.store.builders import accept, an_event, claim_one


@pytest.mark.parametrize("tool", ["", "call_1", "odd/tool:id"])
def test_a_run_id_reads_back(tool: str) -> None:
    run_id = RunId("evt_1", "my-rule", tool)
    assert RunId.parse(str(run_id)) == run_id
    assert RunId.parse(run_id.job_id) == run_id


async def test_a_journal_reads_back(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    run_id = RunId(event.id, "rule")
    assert not (await store.runs.load(run_id)).begun
    fields = {
        "version": b"sha256:1",
        "decided": b'{"if":true}',
        "memory": b'{"call":{}}',
        "step:a#0": b'{"state":"done"}',
    }
    await store.runs.write(claim, run_id, fields)
    journal = await store.runs.load(run_id)
    assert journal.begun
    assert (journal.decided, journal.memory) == ({"if": True}, {"call": {}})
    assert journal.steps == {"a#0": {"state": "done"}}


async def test_a_version_is_kept_as_it_was_first(store: Store) -> None:
    await store.runs.keep_version("sha256:1", b"one")
    await store.runs.keep_version("sha256:1", b"two")
    assert await store.runs.version("sha256:1") == b"one"
    assert await store.runs.version("sha256:2") is None
