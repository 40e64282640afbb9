from __future__ import annotations

from dataclasses import replace

import pytest

from console.deadscope import Group, Scope, age, grouped
from store.deadletters import DeadLetter

LETTER = DeadLetter("run:e/tell", "e", "tell", "post", "CRM answered 500 (after 5 tries)", 5, died_ms=1_000)


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        (Scope(), True),
        (Scope(rule="tell"), True),
        (Scope(rule="tel"), False),
        (Scope(reason="crm ANSWERED"), True),
        (Scope(reason="429"), False),
        (Scope(since_ms=1_000), True),
        (Scope(since_ms=1_001), False),
        (Scope(rule="tell", reason="429"), False),
    ],
)
def test_all_of_it_must_hold(scope: Scope, meant: bool) -> None:
    assert scope.holds(LETTER) is meant


def test_what_they_have_in_common_the_most_first() -> None:
    other = replace(LETTER, rule="", reason="no function is called 'x'")
    assert grouped([other, LETTER, LETTER]) == [
        Group("tell", LETTER.reason, 2), Group("(no rule)", other.reason, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "told"), [(-5, "0s"), (0, "0s"), (59, "59s"), (60, "1m"), (7199, "1h"), (86_400 * 30, "30d")]
)
def test_ages(seconds: int, told: str) -> None:
    assert age(0, seconds * 1000) == told
