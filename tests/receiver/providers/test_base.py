"""The words of neutral answers."""

from __future__ import annotations

from receiver.providers.base import ANSWER_KEYS, Reply
from store.event import KINDS


def test_every_kind_that_waits_has_answer_keys_and_no_other() -> None:
    assert set(ANSWER_KEYS) == {name for name, kind in KINDS.items() if kind.waits}


def test_a_reply_is_an_empty_success_unless_told_otherwise() -> None:
    assert Reply() == Reply({}, 200, ())
