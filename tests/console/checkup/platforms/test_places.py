from __future__ import annotations

import pytest

from console.checkup.platforms.places import Place, address, base_of, host_of, place_of
from receiver.doors import Way
from store.connections import AuthEntry, Connection

TOKEN = AuthEntry(scheme="path_token", secret="t0ken-of-the-desk")
HMAC = AuthEntry(scheme="hmac", secret="s")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://h.example/hooks/desk", Place("https://h.example", "desk", Way())),
        ("HTTPS://H.example:443/hooks/desk/", Place("https://h.example", "desk", Way())),
        ("https://h.example/in/hooks/desk/a%20b/data", Place("https://h.example/in", "desk", Way("data", token="a b"))),
        ("http://h.example:8080/hooks/desk/a/b", Place("http://h.example:8080", "desk", None)),
        ("https://h.example/webhook?token=x", None),
        ("https://[", None),
        ("", None),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(url: str, place: Place | None) -> None:
    assert place_of(url) == place


def test_of_a_foreign_address_only_the_host_is_told() -> None:
    assert host_of("https://user:pw@crm.example/secret-path?key=1") == "crm.example"
    assert "pw" not in base_of("https://user:pw@crm.example/x")
    assert host_of("not one") == "no address"


def test_an_address_is_written_as_the_receiver_reads_it() -> None:
    signed, tokened = Connection(name="desk", provider="flireo", auth=(HMAC,)), Connection(
        name="desk", provider="fluents", auth=(TOKEN, HMAC)
    )  # fmt: skip
    assert address(signed, "https://h.example") == "https://h.example/hooks/desk"
    assert address(signed, "") == "https://YOUR-HOST/hooks/desk"
    assert address(tokened, "", unsigned=True) == "https://YOUR-HOST/hooks/desk/TOKEN"
    assert address(tokened, "", "context", unsigned=True) == "https://YOUR-HOST/hooks/desk/TOKEN/context"
    assert address(tokened, "", "tools") == "https://YOUR-HOST/hooks/desk/tools/NAME"
