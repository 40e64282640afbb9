from __future__ import annotations

import pytest

from console.web.render import REFRESH, bare_page, clock, milliseconds, moment, pretty, spoken
from tests.console.web.support import Browser


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.42, "0.4 ms"), (9.96, "10.0 ms"), (46, "46 ms"), (1500, "1.5 s"), (180_000, "3 min"),
        (10_800_000, "3 h"), (259_200_000, "3 d"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_short(value: float, told: str) -> None:
    assert milliseconds(value) == told


def test_what_is_heard_is_found_in_an_answer() -> None:
    assert spoken({"result": "Hello."}) == "Hello."
    assert spoken({"assistant": "a1", "override": {"first_message": "Good day."}}) == "Good day."
    assert spoken({"config": {"voice": {"id": 1}, "firstMessage": "Hi."}}) == "Hi."
    assert [spoken(body) for body in ({"default": True}, {"result": {"a": 1}}, ["x"], None)] == ["", "", "", ""]


def test_moments_are_in_utc() -> None:
    assert (moment(0), clock(1)) == ("1970-01-01 00:00:00", "00:00:00.001")


def test_nothing_is_markup() -> None:
    assert "<b>" not in bare_page("<b>", "<b>", ["<b>"])


def test_records_are_readable() -> None:
    assert pretty({"a": [1]}) == '{\n  "a": [\n    1\n  ]\n}'


async def test_what_a_form_did_is_told_once_and_never_in_the_address(browser: Browser) -> None:
    response = await browser.send("/resume", on="/rules", scope="all")
    assert response.headers["location"] == "/rules"
    refreshed = await browser.look("/rules", headers={REFRESH: "1"})
    first, second = await browser.look("/rules"), await browser.look("/rules?done=gone")
    assert ["was not paused" in each.text for each in (refreshed, first, second)] == [False, True, False]
    assert "gone" not in second.text


async def test_what_was_not_done_stands_out(browser: Browser) -> None:
    await browser.send("/numbers/look", on="/numbers")
    assert '<p class="problem" role="alert">there is no numbers.yaml' in (await browser.look("/events")).text
