from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.console.sandbox.support import box, virtually


def ask(method: str, *paths: str, **more: Any) -> list[httpx.Response]:
    async def story() -> list[httpx.Response]:
        async with box() as around:
            return [await around.http.request(method, path, **more) for path in paths]

    return virtually(story())


@pytest.mark.parametrize(
    ("phone", "status"), [("%2B31612340001", 200), ("+31612340001", 404), ("%2B31600000000", 404), ("", 404)]
)
def test_customers(phone: str, status: int) -> None:
    [response] = ask("GET", f"/crm/customers?phone={phone}")
    assert response.status_code == status
    if status == 200:
        assert response.json() == {"name": "Ada de Vries", "email": "ada@example.com"}


def test_slow_takes_its_time() -> None:
    async def story() -> float:
        async with box() as around:
            await around.http.get("/crm/slow?seconds=3")
            return asyncio.get_running_loop().time()

    assert virtually(story()) == 3
    assert ask("GET", "/crm/slow?seconds=soon")[0].status_code == 400


def test_a_note_with_the_same_key_is_one_note() -> None:
    first, again = ask("POST", "/crm/notes", "/crm/notes", json={"a": 1}, headers={"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_notes_without_a_key_are_two() -> None:
    first, second = ask("POST", "/crm/notes", "/crm/notes", json={"a": 1})
    assert first.json()["id"] != second.json()["id"]


def test_alerts() -> None:
    async def story() -> Any:
        async with box() as around:
            await around.http.post("/alerts", json={"title": "help"})
            await around.http.post("/alerts", content=b"plain")
            return (await around.http.get("/alerts")).json()

    assert virtually(story()) == [{"title": "help"}, "plain"]
