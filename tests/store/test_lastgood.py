from __future__ import annotations

from store.client import Store


async def test_documents_are_kept_replaced_and_forgotten(store: Store) -> None:
    await store.last_good.keep({"a": b"1", "b": b"2"})
    await store.last_good.keep({"a": b"3"}, removed=["b", "never there"])
    assert await store.last_good.all() == [b"3"]
    await store.last_good.keep({}, [])
    assert await store.last_good.all() == [b"3"]
