from __future__ import annotations

import asyncio
from typing import Any

import pytest

from store.client import Store

CALLER = "caller:+31612340001"


async def test_counting(store: Store) -> None:
    sums = [await store.memory.add(CALLER, "calls", 1, None, f"op{n}") for n in range(3)]
    assert sums == [1, 2, 3]
    assert await store.memory.recall(CALLER) == {"calls": 3}


async def test_a_repeated_operation_counts_once(store: Store) -> None:
    results = await asyncio.gather(*(store.memory.add(CALLER, "calls", 1, None, "same") for _ in range(10)))
    assert results == [1] * 10
    assert await store.memory.recall(CALLER) == {"calls": 1}


@pytest.mark.parametrize("value", ["text", 3, 2.5, None, True, {"a": [1, None]}, [], ""])
async def test_any_json_is_remembered(store: Store, value: Any) -> None:
    assert await store.memory.set(CALLER, "k", value, None, "op") == value
    assert await store.memory.recall(CALLER) == {"k": value}


async def test_fractions_add_up(store: Store) -> None:
    await store.memory.add(CALLER, "x", 0.5, None, "a")
    assert await store.memory.add(CALLER, "x", 0.25, None, "b") == 0.75


async def test_forgetting(store: Store) -> None:
    await store.memory.set(CALLER, "k", 1, None, "a")
    await store.memory.forget(CALLER, "k", "b")
    assert await store.memory.recall(CALLER) == {}


async def test_the_ttl_counts_from_the_first_write(store: Store) -> None:
    await store.memory.add(CALLER, "k", 1, 0.5, "a")
    await store.memory.add(CALLER, "k", 1, 1000, "b")
    async with asyncio.timeout(50):
        while await store.memory.recall(CALLER):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert await store.memory.add(CALLER, "k", 1, 0.05, "c") == 1


async def test_subjects_are_apart(store: Store) -> None:
    await store.memory.set("call:desk:1", "k", 1, None, "a")
    assert await store.memory.recall("call:desk:2") == {}


async def test_many_subjects_at_once(store: Store) -> None:
    await store.memory.set(CALLER, "k", 1, None, "a")
    await store.memory.set(CALLER, "gone", 1, 0.01, "b")
    await store.memory.set("call:desk:1", "k", 2, 60, "c")
    await asyncio.sleep(0.02)
    subjects = ["call:desk:1", "caller:nobody", CALLER]
    assert await store.memory.recall_all(subjects) == [{"k": 2}, {}, {"k": 1}]
