from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from store.connections import Api, AuthEntry, Connection
from workers.reconcile.accounts import Account, Reach, accounts, belongs_to

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AUTH = (AuthEntry(scheme="path_token", secret="t"),)


def desk(name: str, key: str = "k", **more: Any) -> Connection:
    fields: dict[str, Any] = {"provider": "flireo", "generation": "g3", "auth": AUTH}
    return Connection(name=name, api=Api(base_url="https://a.test/", key=key), **(fields | more))


def names(*connections: Connection) -> list[list[str]]:
    return [each.names() for each in accounts(connections)]


def test_a_shared_key_is_one_account() -> None:
    assert names(desk("a"), desk("b", generation="g2"), desk("c", key="other")) == [["a", "b"], ["c"]]
    assert names(desk("a"), desk("old", generation="g1")) == [["a"], ["old"]]
    assert names(desk("a"), desk("b", provider="vapi")) == [["a"], ["b"]]


def test_connections_without_a_key_stand_alone_and_without_events_not_at_all() -> None:
    bare = desk("bare").model_copy(update={"api": None})
    assert names(bare, desk("off", missing=("KEY",)), desk("out", auth=()), desk("b", key="")) == [
        ["bare"], ["off"], ["b"],
    ]  # fmt: skip


def test_a_call_belongs_where_something_of_it_was_heard() -> None:
    account = Account((desk("a"), desk("b")))
    heard_on: list[list[str]] = [["b"], [], ["elsewhere"], ["b", "a"]]
    assert [belongs_to(account, names) for names in heard_on] == ["b", "a", "a", "a"]


def test_what_was_forgotten_is_not_taken_for_missing() -> None:
    week = Reach(NOW, keep=7 * 86_400, oldest=NOW - 30 * DAY)
    assert week.cut(NOW - HOUR) == NOW - HOUR
    assert week.cut(NOW - 6 * DAY) == NOW - 6 * DAY
    assert week.cut(NOW - 9 * DAY) == NOW - 7 * DAY
    assert Reach(NOW, 3600, NOW - 30 * DAY).cut(NOW - 9 * DAY) == NOW - 3 * DAY
    assert Reach(NOW, 0, NOW - 4 * DAY).cut(NOW - 9 * DAY) == NOW - 4 * DAY
    assert Reach(NOW, 0, None).cut(NOW - 9 * DAY) == NOW - 3 * DAY
    assert Reach(NOW, 3600, NOW - HOUR).cut(NOW - DAY) == NOW - DAY
