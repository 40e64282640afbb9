from __future__ import annotations

from console.web.going import to


def test_a_browser_is_sent_to_a_page_of_ours() -> None:
    response = to("/events/evt_1", "a & b")
    assert (response.status_code, response.headers["location"]) == (303, "/events/evt_1?done=a+%26+b")
    assert to("/dead").headers["location"] == "/dead"
