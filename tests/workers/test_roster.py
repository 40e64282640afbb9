from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from store.client import Store
from store.roster import Note
from store.tasks import end
from tests.receiver.support import until
from workers import roster
from workers.roster import Teller, note_of
from workers.rulebook import RuleBook, open_rulebook
from workers.vocabulary import vocabulary

GOOD = "description: One.\non: assistant-request\nif: call.from != ''\nanswer: { reject: Hello. }\n"


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    (tmp_path / "greet.yaml").write_text(GOOD)
    (tmp_path / "other.yaml").write_text(GOOD.replace("call.from", "call.form").replace("Hello.", "'${{ raw.x + 1 }}'"))
    return open_rulebook(tmp_path, vocabulary({}), {})


def test_a_note_has_the_first_error_of_each_file(book: RuleBook) -> None:
    note = note_of(book)
    assert note.rules == {"greet"}
    assert len([finding for finding in book.findings if finding.severity == "error"]) > 1
    (why,) = note.refused.values()
    assert 'other.yaml:3:5 other: unknown name "call.form"' in why
    assert not note.follows


async def test_a_last_good_version_is_in_force_and_its_file_refused(book: RuleBook, store: Store) -> None:
    (book.folder / "greet.yaml").write_text(GOOD.replace("call.from", "call.form"))
    book.look()
    await Teller(store.roster, "w", book).look()
    note = (await store.roster.all())["w"]
    assert ("greet" in note.rules, "greet" in note.refused) == (True, True)


async def test_it_writes_when_something_is_new_and_renews_in_between(
    book: RuleBook, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    teller = Teller(store.roster, "w", book)
    await teller.look()
    await store.roster.write("w", Note())
    await teller.look()
    assert await store.roster.all() == {"w": Note()}, "nothing is new"
    book.followed = True
    await teller.look()
    assert (await store.roster.all())["w"].follows
    monkeypatch.setattr(roster, "RENEW_EVERY", 0.0)
    await store.roster.drop("w")
    await teller.look()
    assert (await store.roster.all())["w"].follows, "a note that was lost is written again"


async def test_it_goes_on_until_it_is_ended_and_leaves_nothing(book: RuleBook, store: Store) -> None:
    teller = Teller(store.roster, "w", book)
    telling = asyncio.create_task(teller.tell_for_ever())
    await until(lambda: teller._told is not None)
    await end(telling)
    assert await store.roster.all()
    await teller.leave()
    assert await store.roster.all() == {}
