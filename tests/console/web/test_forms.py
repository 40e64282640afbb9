from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.web.forms import LARGEST, FormTooLarge, read_form, replayed


async def read(*chunks: bytes) -> tuple[bytes, Any]:
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.request", "body": b"", "more_body": False}

    return await read_form({"type": "http"}, receive)


async def test_a_form_is_read_and_given_once_more() -> None:
    body, form = await read(b"a=1&b", b"=x%20y&c=")
    assert form == {"a": "1", "b": "x y", "c": ""}
    again = replayed(body)
    assert (await again())["body"] == body
    assert (await again())["type"] == "http.disconnect"


@pytest.mark.parametrize("chunks", [(b"x" * LARGEST, b"x"), (b"&".join([b"a=1"] * 300),)])
async def test_what_is_too_large_is_refused(chunks: tuple[bytes, ...]) -> None:
    with pytest.raises(FormTooLarge):
        await read(*chunks)


@given(st.binary(max_size=300))
async def test_no_bytes_break_it(body: bytes) -> None:
    _, form = await read(body)
    assert all(isinstance(value, str) for value in form.values())
