from __future__ import annotations

from store.client import open_store


async def test_all_parts_share_one_way_to_the_store(store_url: str) -> None:
    store = open_store(store_url, copies=1, timeout=0.5)
    await store.redis.flushall()
    parts = [part for name, part in vars(store).items() if name != "redis"]
    assert parts
    assert all(part._redis is store.redis for part in parts)
    assert store.redis.copies == 1
    assert store.redis.connection_pool.connection_kwargs["socket_timeout"] == 0.5
    await store.close()


async def test_closing_drops_every_connection(store_url: str) -> None:
    watching, store = open_store(store_url), open_store(store_url)
    await store.redis.client_setname("short-lived")
    before = [client["name"] for client in await watching.redis.client_list()]
    await store.close()
    after = [client["name"] for client in await watching.redis.client_list()]
    assert "short-lived" in before
    assert "short-lived" not in after
    await watching.close()
