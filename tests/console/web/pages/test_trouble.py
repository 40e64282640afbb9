from __future__ import annotations

from console.web.pages.trouble import around_the_proxy, store_is_away


def test_the_store_is_away_and_the_page_comes_back() -> None:
    response = store_is_away(ConnectionError("refused"))
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert b'http-equiv="refresh"' in response.body


def test_the_header_is_named() -> None:
    assert b"X-Who" in around_the_proxy("X-Who").body
