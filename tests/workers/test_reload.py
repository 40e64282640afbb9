from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rules.engine.loading.readrule import read_rule
from store.client import Store
from tests.receiver.support import until
from workers import reload
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


async def test_a_file_that_is_mended_to_what_is_in_force_says_so(
    book: RuleBook, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    (book.folder / "greet.yaml").write_text(BAD)
    await take_over(book, store.last_good)
    (book.folder / "greet.yaml").write_text(GOOD)
    caplog.clear()
    change = await take_over(book, store.last_good)
    assert (change.mended, change.swapped) == (("greet",), ())
    await take_over(book, store.last_good)
    (told,) = caplog.records
    assert told.getMessage() == "the file is right again, what was in force stays so"
    assert told.__dict__["rule"] == "greet"
    (book.folder / "greet.yaml").write_text(BAD)
    await take_over(book, store.last_good)
    (book.folder / "greet.yaml").write_text(GOOD.replace("Hello", "Other"))
    assert (await take_over(book, store.last_good)).mended == (), "that it is in force says enough"


async def test_vars_that_are_mended_say_so(book: RuleBook, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    (book.folder / "vars.yaml").write_text("word: one\n")
    await take_over(book, store.last_good)
    (book.folder / "vars.yaml").write_text("word: one\nword: two\n")
    await take_over(book, store.last_good)
    (book.folder / "vars.yaml").write_text("word: one\n")
    assert (await take_over(book, store.last_good)).mended == ("vars",)


async def test_what_changed_before_the_watcher_was_there_is_taken_over(book: RuleBook, store: Store) -> None:
    (book.folder / "greet.yaml").write_text(GOOD.replace("Hello", "Early"))
    stop = asyncio.Event()
    task = asyncio.create_task(keep_up(book, store.last_good, stop))
    await until(lambda: book.followed)
    assert "Early" in said(book)
    stop.set()
    await task


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


# --- how editors and git write ----------------------------------------------------------------------------------------

HALF = "description: One.\non: assistant-request\nanswer: { reject: Half. }\n"
WHOLE = "description: One.\non: assistant-request\nanswer: { reject: Half. }\nif: call.from != ''\nowner: welcome\n"


def by_rename(path: Path, text: str) -> Iterator[None]:
    (path.parent / ".greet.yaml.swp").write_text(text)
    yield
    (path.parent / ".greet.yaml.swp").rename(path)


def by_backup(path: Path, text: str) -> Iterator[None]:
    """The old file is moved away before the new one is written."""
    path.rename(path.with_suffix(".yaml~"))
    yield
    path.write_text(text)
    path.with_suffix(".yaml~").unlink()


def by_sed(path: Path, text: str) -> Iterator[None]:
    (path.parent / "sedA1b2C3").write_text(text)
    yield
    (path.parent / "sedA1b2C3").replace(path)


def by_truncating(path: Path, text: str) -> Iterator[None]:
    with path.open("w") as file:
        yield
        file.write(text)


def in_halves(path: Path, text: str) -> Iterator[None]:
    with path.open("w") as file:
        file.write(text[: len(HALF)])
        file.flush()
        yield
        file.write(text[len(HALF) :])


def by_git(path: Path, text: str) -> Iterator[None]:
    path.unlink()
    yield
    path.write_text(text)


async def in_force(holds: Callable[[], bool]) -> None:
    """Until it holds, or until it must be written again because nobody watched yet."""
    with suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            await until(holds)


WAYS: list[Callable[[Path, str], Iterator[None]]] = [
    by_rename, by_backup, by_sed, by_truncating, in_halves, by_git,
]  # fmt: skip


@pytest.mark.parametrize("write", WAYS)
async def test_whatever_way_it_is_written_the_rule_is_never_away_nor_half(
    followed: RuleBook, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, str], Iterator[None]]
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(reload, "report", lambda *_: seen.append(said(followed)))
    begun: list[None] = []
    while "welcome" not in said(followed):
        seen.append(said(followed))
        for moment in write(followed.folder / "greet.yaml", WHOLE):
            begun.append(moment)
            await asyncio.sleep(0.01)
        await in_force(lambda: "welcome" in said(followed))
    assert begun
    assert set(seen) <= {GOOD, WHOLE}


async def test_git_swaps_a_hundred_files(followed: RuleBook) -> None:
    names = [f"rule_{number}.yaml" for number in range(100)]
    text = GOOD.replace("One.", "Many.")
    while len(followed.rules) < 101:
        for name in names:
            (followed.folder / name).write_text(text.replace("''", f"'{name}'"))
        await in_force(lambda: len(followed.rules) == 101)
    before = {rule.name: rule for rule in followed.rules}
    for name in names[:50]:
        (followed.folder / name).unlink()
    for name in names[50:]:
        path = followed.folder / name
        path.unlink()
        path.write_text(text.replace("Hello", "Swapped"))
    await until(lambda: len(followed.rules) == 51)
    await until(lambda: sum("Swapped" in rule.source.text for rule in followed.rules) == 50)
    assert followed.rule("greet") is before["greet"], "what did not change was not read again"


async def test_a_file_that_is_gone_for_good_is_removed(followed: RuleBook) -> None:
    while followed.rules:
        (followed.folder / "greet.yaml").unlink(missing_ok=True)
        await asyncio.sleep(0.05)


async def test_only_what_changed_is_read_again(book: RuleBook, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(name: str, *rest: Any) -> Any:
        read.append(name)
        return read_rule(name, *rest)

    monkeypatch.setattr("rules.engine.loading.load.read_rule", counted)
    (book.folder / "other.yaml").write_text(GOOD.replace("One", "Two"))
    book.look()
    book.look()
    assert read == ["other"]
    (book.folder / "vars.yaml").write_text("vip: x\n")
    book.look()
    assert sorted(read) == ["greet", "other", "other"], "with other vars, everything is"
