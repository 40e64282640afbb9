from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from console.web.settings import ConsoleSettings
from console.web.visitor import NotThroughTheProxy, Visitor, grounds_of
from store.sessions import Session

NOBODY = Headers()


def test_grounds_change_with_the_password() -> None:
    one, other = (grounds_of(ConsoleSettings(console_password=each), NOBODY, "") for each in ("a", "b"))
    assert one.text != other.text
    assert one.text != "a"
    assert not one.user


def test_on_this_machine_the_account_is_named() -> None:
    assert "(this machine)" in grounds_of(ConsoleSettings(), NOBODY, "127.0.0.1").user


@pytest.mark.parametrize("peer", ["", "testclient", "192.0.2.1"])
def test_only_the_proxy_may_say_who_it_is(peer: str) -> None:
    settings = ConsoleSettings(console_proxy_header="X-User")
    with pytest.raises(NotThroughTheProxy):
        grounds_of(settings, Headers({"x-user": "anna"}), peer)
    assert grounds_of(settings, Headers({"x-user": "anna"}), "127.0.0.1").user == "anna"


def test_numbers_are_seen_where_they_were_asked_for() -> None:
    visitor = Visitor("t", Session("anna", "p", "open", ("evt_1",)))
    assert visitor.sees_numbers_of("evt_1")
    assert not visitor.sees_numbers_of("evt_2")
