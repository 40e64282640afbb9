from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.workers.clients.support import context
from workers.actions import ACTIONS
from workers.clients.errors import Held, InDoubtError, Unavailable
from workers.late import LateStep
from workers.tries import Try, broken_off, finished_result, note_exchanges, seconds_since


def ago(seconds: float) -> dict[str, str]:
    return {"at": (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")}


def a_try(attempts: list[Any], **record: Any) -> Try:
    return Try("s", {"attempts": attempts, **record}, LateStep(), ACTIONS["log"], None)


def test_tries_and_age_count_from_the_last_time_a_person_retried() -> None:
    attempts = [ago(500), ago(400), ago(30), ago(1)]
    assert (a_try(attempts).tries, round(a_try(attempts).age)) == (4, 500)
    again = a_try(attempts, tries_before=2)
    assert (again.tries, round(again.age)) == (2, 30)
    untried = a_try(attempts, tries_before=4)
    assert (untried.tries, untried.age) == (0, 0.0)


def test_the_far_side_has_its_timeout_and_a_moment_more_to_know() -> None:
    assert a_try([ago(500), ago(4)]).settles_in == pytest.approx(6.0, abs=0.1)


def test_moments_are_compared_across_zones() -> None:
    assert seconds_since((datetime.now(UTC) - timedelta(seconds=9)).isoformat()) == pytest.approx(9, abs=0.1)


async def test_what_sent_nothing_did_not_happen() -> None:
    given = context(httpx.AsyncClient())
    assert isinstance(broken_off(given, "why"), Unavailable)
    given.record("a request")
    assert isinstance(broken_off(given, "why"), InDoubtError)


def test_a_try_that_was_held_is_taken_back() -> None:
    held = a_try([ago(9), ago(0)])
    assert held.held_back(Held("no place", retry_after=2.5)).delay == 2.5
    assert len(held.record["attempts"]) == 1
    held.record["attempts"].append(ago(0))
    held.held_back(Held("still none", retry_after=1.0))
    assert (held.record["held"]["times"], held.record["held"]["why"]) == (2, "still none")


def test_who_was_held_too_long_is_given_up() -> None:
    held = a_try([ago(0)], held={"since": ago(60)["at"], "times": 3, "why": "no place"})
    verdict = held.held_back(Held("no place", retry_after=1.0))
    assert (verdict.delay, verdict.reason) == (None, "no place (too old after 60 s)")


@pytest.mark.parametrize("state", ["new", "waiting", "started"])
def test_an_unfinished_step_has_no_result(state: str) -> None:
    assert finished_result({"state": state}) is None


async def test_what_went_to_and_fro_is_written_down_without_its_secrets() -> None:
    given = context(httpx.AsyncClient(), secrets=frozenset({"hush-word"}))
    for number in range(3):
        given.record(f"hush-word {number}", number)
    entry: dict[str, Any] = {}
    note_exchanges(entry, given)
    assert entry["got"] == 2
    assert [each["got"] for each in entry["before"]] == [0, 1]
    assert "hush-word" not in str(entry)
