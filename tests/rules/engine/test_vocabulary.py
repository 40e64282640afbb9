from __future__ import annotations

from pydantic import BaseModel

from rules.engine.vocabulary import ActionWords, ConnectionWords, KindWords, Vocabulary


def test_an_empty_vocabulary_accepts_any_secret() -> None:
    assert Vocabulary({}).secrets is None


def test_what_is_not_said_is_harmless() -> None:
    action = ActionWords("x", "", BaseModel)
    assert (action.in_doubt, action.providers, action.needs_call) == ("repeat", None, False)
    assert KindWords("x").answer_keys == frozenset()
    assert ConnectionWords("x", "y").generations == ("",)
