from __future__ import annotations

import pytest

from console.web.howto import steps_for, url_of
from receiver.providers import PROVIDERS
from store.connections import AuthEntry, Connection
from tests.docs.markdown import ROOT


@pytest.mark.parametrize("provider", [*PROVIDERS, "standard", "generic"])
def test_every_platform_has_its_steps_and_a_page(provider: str) -> None:
    connection = Connection(name="desk", provider=provider)
    steps, page = steps_for(connection)
    assert any("https://YOUR-HOST/hooks/desk" in step for step in steps)
    assert not any("{" in step for step in steps)
    assert (ROOT / "docs" / page).exists()


def test_where_a_token_is_the_only_proof_it_is_in_the_url() -> None:
    token = AuthEntry(scheme="path_token", secret="${TOKEN}")
    signed = AuthEntry(scheme="hmac", secret="${SECRET}")
    assert url_of(Connection(name="desk", provider="fluents", auth=(token,))).endswith("/hooks/desk/TOKEN")
    assert url_of(Connection(name="desk", provider="fluents", auth=(token, signed))).endswith("/hooks/desk")


def test_where_the_address_is_known_it_takes_the_place_of_the_stand_in() -> None:
    connection = Connection(name="desk", provider="vapi")
    assert url_of(connection, "https://h.example") == "https://h.example/hooks/desk"
    steps, _ = steps_for(connection, "https://h.example")
    assert not any("YOUR-HOST" in step for step in steps)
