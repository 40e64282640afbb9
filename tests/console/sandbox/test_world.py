from __future__ import annotations

import pytest

from console.sandbox import seed
from console.sandbox.seed import fresh_world
from console.sandbox.world import FlireoAccount, FlireoAssistant, Refused


@pytest.fixture
def account() -> FlireoAccount:
    return fresh_world().flireo


def test_linking_replaces(account: FlireoAccount) -> None:
    linked = account.link(seed.DAY_DESK, seed.FREE_NUMBER)
    assert (linked.previous_number_id, linked.released) == (seed.MAIN_NUMBER, 0)
    assert account.numbers[seed.MAIN_NUMBER].assistant_id is None
    number = account.number_of(seed.DAY_DESK)
    assert number is not None
    assert number.id == seed.FREE_NUMBER


def test_a_shared_number_releases_whoever_sits_on_one(account: FlireoAccount) -> None:
    linked = account.link(seed.NIGHT_DESK, seed.SECOND_SHARED_NUMBER)
    assert (linked.previous_number_id, linked.released) == (None, 1)
    assert account.number_of(seed.WEEKEND_DESK) is None


@pytest.mark.parametrize(
    ("assistant", "number", "code"),
    [
        (seed.DAY_DESK, seed.MAIN_NUMBER, "already_linked"),
        (seed.DAY_DESK, seed.OVERFLOW_NUMBER, "already_in_use"),
        (seed.DAY_DESK, seed.FOREIGN_NUMBER, "forbidden"),
        (seed.DAY_DESK, "nothing", "not_found"),
        ("nobody", seed.FREE_NUMBER, "not_found"),
    ],
)
def test_refusals(account: FlireoAccount, assistant: str, number: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        account.link(assistant, number)
    assert caught.value.code == code
    assert account == fresh_world().flireo


def test_unlinking_twice(account: FlireoAccount) -> None:
    assert account.unlink(seed.DAY_DESK).id == seed.MAIN_NUMBER
    with pytest.raises(Refused) as caught:
        account.unlink(seed.DAY_DESK)
    assert caught.value.code == "no_phone_number"


def test_numbers_that_are_called(account: FlireoAccount) -> None:
    called = account.number_called("+31850000001")
    assert called is not None
    assert called.id == seed.MAIN_NUMBER
    assert account.number_called("+31850000008") is None


def test_an_assistants_configuration_keeps_its_secret() -> None:
    assistant = FlireoAssistant(id="a", name="A", webhook_secret="s")
    assert "webhook_secret" not in assistant.configuration()


def test_wanted_events() -> None:
    assert FlireoAssistant(id="a", name="A").wants("tool-calls")
    assert not FlireoAssistant(id="a", name="A", webhook_events=["status-update"]).wants("tool-calls")
