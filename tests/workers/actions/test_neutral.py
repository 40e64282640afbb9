from __future__ import annotations

from workers.actions.neutral import Agent, Number, agents, numbers, unlinked


def test_lists_carry_their_count() -> None:
    listed = numbers([Number(id="a"), Number(id="b")], complete=False)
    assert (listed.count, listed.complete) == (2, False)
    assert agents([Agent(id="a")], complete=True).count == 1


def test_what_was_freed_says_whether_anything_changed() -> None:
    assert unlinked(["+31850000001"]).model_dump() == {"numbers": ["+31850000001"], "count": 1, "changed": True}
    assert not unlinked([]).changed
