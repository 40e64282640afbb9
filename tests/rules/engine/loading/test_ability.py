from __future__ import annotations

from dataclasses import replace

import pytest

from rules.engine.loading.ability import instead
from tests.rules.engine.vocab import VOCABULARY

SAY = replace(
    VOCABULARY.actions["call.say"],
    providers={"flireo": frozenset({"g2", "g3"}), "vapi": frozenset({""})},
    reasons={"flireo": {"g1": "it has no calls"}, "opencx": {"": "it cannot reach a call"}},
)


@pytest.mark.parametrize(
    ("provider", "generations", "rest"),
    [
        ("opencx", [""], ": it cannot reach a call; flireo (g2, g3) and vapi can"),
        ("flireo", ["g1"], ": it has no calls; flireo (g2, g3) and vapi can"),
        ("fluents", [""], "; flireo (g2, g3) and vapi can"),
    ],
)
def test_why_and_who_can(provider: str, generations: list[str], rest: str) -> None:
    assert instead(SAY, provider, generations) == rest


def test_the_same_reason_is_told_once() -> None:
    two = replace(SAY, reasons={"flireo": {"g1": "no calls", "g2": "no calls", "g3": "other"}}, providers={})
    assert instead(two, "flireo", ["g1", "g2", "g3"]) == ": no calls and other"


def test_where_nobody_can_nobody_is_named() -> None:
    assert instead(replace(SAY, providers={}, reasons={}), "opencx", [""]) == ""
