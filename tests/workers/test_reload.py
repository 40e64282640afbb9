from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.client import Store
from tests.receiver.support import until
from workers.reload import begin, keep_up, take_over
from workers.rulebook import RuleBook, open_rulebook
from workers.vocabulary import vocabulary

GOOD = "description: One.\non: assistant-request\nif: call.from != ''\nanswer: { reject: Hello. }\n"
BAD = GOOD.replace("call.from", "call.form")


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "greet.yaml").write_text(GOOD)
    return open_rulebook(folder, vocabulary({}), {})


@pytest.fixture
async def followed(book: RuleBook, store: Store) -> AsyncIterator[RuleBook]:
    await begin(book, store.last_good)
    stop = asyncio.Event()
    task = asyncio.create_task(keep_up(book, store.last_good, stop))
    yield book
    stop.set()
    await task


def said(book: RuleBook) -> str:
    rule = book.rule("greet")
    return rule.source.text if rule else ""


@pytest.mark.parametrize("how", ["write", "rename"])
async def test_a_change_is_in_force_soon(followed: RuleBook, how: str) -> None:
    changed = GOOD.replace("Hello", "Welcome")
    path = followed.folder / "greet.yaml"
    while "Welcome" not in said(followed):
        if how == "write":
            path.write_text(changed)
        else:
            (path.parent / ".greet.tmp").write_text(changed)
            (path.parent / ".greet.tmp").rename(path)
        await asyncio.sleep(0.05)


async def test_a_folder_that_comes_back(followed: RuleBook) -> None:
    followed.folder.rename(followed.folder.parent / "away")
    changed = GOOD.replace("Hello", "Back")
    (followed.folder.parent / "away" / "greet.yaml").write_text(changed)
    assert "Hello" in said(followed)
    (followed.folder.parent / "away").rename(followed.folder)
    await until(lambda: "Back" in said(followed))


async def test_a_wrong_file_is_told_once_and_survives_a_restart(
    book: RuleBook, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await begin(book, store.last_good)
    (book.folder / "greet.yaml").write_text(BAD)
    with caplog.at_level(logging.ERROR):
        await take_over(book, store.last_good)
        await take_over(book, store.last_good)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 1
    assert 'unknown name "call.form"' in told[0]
    assert "last good version stays in force" in told[0]
    again = open_rulebook(book.folder, vocabulary({}), {})
    assert said(again) == ""
    await begin(again, store.last_good)
    assert said(again) == GOOD


async def test_a_new_file_that_is_wrong_is_not_in_force(
    book: RuleBook, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    (book.folder / "new.yaml").write_text(BAD)
    await take_over(book, store.last_good)
    assert "(not in force)" in caplog.text


async def test_a_deleted_rule_stays_deleted(book: RuleBook, store: Store) -> None:
    await begin(book, store.last_good)
    (book.folder / "greet.yaml").unlink()
    assert (await take_over(book, store.last_good)).removed == ("greet",)
    assert await store.last_good.all() == []
