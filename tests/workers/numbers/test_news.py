from __future__ import annotations

from rules.engine.numbers.desired import Kept
from tests.workers.numbers.support import MAIN, Office
from workers.numbers.news import DRIFT, tell_rules


async def test_the_same_drift_is_one_event(office: Office) -> None:
    kept = Kept("desk", MAIN, "night", drift="mend")
    for _ in range(2):
        await tell_rules(office.desk, kept, "other", "night", "day", 1_700_000_000_000)
    (id_,) = await office.store.redis.zrange("hs:events", 0, -1)
    stored = await office.store.events.get(id_.decode())
    assert stored
    event = stored.event
    assert (event.kind, event.name, event.connection, event.provider) == ("emitted", DRIFT, "desk", "flireo")
    assert event.data == {"number": MAIN, "agent": "other", "wanted": "night", "before": "day", "mends": True}
