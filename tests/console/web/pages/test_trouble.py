from __future__ import annotations

import pytest
from redis.exceptions import OutOfMemoryError, ResponseError

from console.web.pages.trouble import around_the_proxy, store_is_away


def test_the_store_is_away_and_the_page_comes_back() -> None:
    response = store_is_away(ConnectionError("refused"))
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert b'http-equiv="refresh"' in response.body


def test_the_header_is_named() -> None:
    assert b"X-Who" in around_the_proxy("X-Who").body


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (ResponseError("MISCONF Errors writing to the AOF file: No space left on device"), b"Make room on the store"),
        (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), b"more memory (maxmemory)"),
    ],
)
def test_a_store_that_takes_nothing_says_what_it_needs(error: Exception, advice: bytes) -> None:
    response = store_is_away(error)
    assert (response.status_code, b"The store takes nothing" in response.body) == (503, True)
    assert advice in response.body
