from __future__ import annotations

import getpass
import os

import pytest

from console.pausing import Targets, UnknownTarget, scope_of, shown, user
from store.pauses import Pause

KNOWN = Targets(frozenset({"tell", "both", "all"}), frozenset({"desk", "both"}))


@pytest.mark.parametrize(
    ("name", "scope"), [("tell", "rule:tell"), ("desk", "connection:desk"), ("all", "all"), ("rule:all", "rule:all")]
)
def test_a_name_is_a_rule_or_a_connection(name: str, scope: str) -> None:
    assert scope_of(name, KNOWN.scopes) == scope


@pytest.mark.parametrize("name", ["both", "nobody", "rule:desk", ""])
def test_a_name_that_is_neither_or_both_is_refused(name: str) -> None:
    with pytest.raises(UnknownTarget):
        scope_of(name, KNOWN.scopes)


def test_a_user_the_system_does_not_know_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert user() == getpass.getuser()

    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found: 1001")

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert user() == f"user {os.getuid()}"


def test_a_pause_for_a_program() -> None:
    told = shown(Pause("all", "anna", "a bad night", 1_000), {"all": 3})
    assert told == {
        "paused": "all", "since": "1970-01-01T00:00:01.000+00:00", "by": "anna", "why": "a bad night", "held": 3,
    }  # fmt: skip
