from __future__ import annotations

import random
from pathlib import Path

import pytest

from rules.engine.loading.load import NoFolder
from workers.rulebook import RuleBook, open_rulebook
from workers.vocabulary import vocabulary

GOOD = "description: One.\non: assistant-request\nif: call.from in vars.vips\nanswer: { reject: Hello. }\n"
BAD = GOOD.replace("call.from", "call.form")
VARS = 'vips: ["+31612340001"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vars.yaml").write_text(VARS)
    (tmp_path / "vip.yaml").write_text(GOOD)
    (tmp_path / "other.yaml").write_text("description: Two.\non: assistant-request\nanswer: { reject: Bye. }\n")
    return tmp_path


@pytest.fixture
def book(folder: Path) -> RuleBook:
    return open_rulebook(folder, vocabulary({}), {})


def names(book: RuleBook) -> list[str]:
    return [rule.name for rule in book.rules]


def test_nothing_new_changes_nothing(book: RuleBook) -> None:
    before = book.rules
    assert not book.look()
    assert [rule.version for rule in book.rules] == [rule.version for rule in before]


def test_a_changed_file_is_swapped_by_itself(book: RuleBook, folder: Path) -> None:
    other = book.rule("other")
    (folder / "vip.yaml").write_text(GOOD.replace("Hello", "Welcome"))
    change = book.look()
    assert change.swapped == ("vip",)
    assert book.rule("other") is other


def test_a_file_that_fails_keeps_its_last_good_version(book: RuleBook, folder: Path) -> None:
    version = book.rules[1].version
    (folder / "vip.yaml").write_text(BAD)
    change = book.look()
    assert [finding.rule for finding in change.held_back] == ["vip"]
    assert (names(book), book.rules[1].version) == (["other", "vip"], version)
    assert book.bad_files == {"vip"}
    assert not book.look(), "said once"
    (folder / "vip.yaml").write_text(GOOD.replace("Hello", "Again"))
    assert book.look().swapped == ("vip",)
    assert book.bad_files == frozenset()


def test_also_after_a_restart(book: RuleBook, folder: Path) -> None:
    remembered = [rule.document for rule in book.rules]
    (folder / "vip.yaml").write_text(BAD)
    (folder / "other.yaml").unlink()
    again = open_rulebook(folder, vocabulary({}), {})
    assert names(again) == []
    again.remember(remembered)
    assert names(again) == ["vip"], "what was deleted stays deleted"


def test_new_and_deleted_files(book: RuleBook, folder: Path) -> None:
    (folder / "other.yaml").rename(folder / "another.yaml")
    change = book.look()
    assert (change.swapped, change.removed) == (("another",), ("other",))
    assert names(book) == ["another", "vip"]


def test_vars_are_taken_over_when_every_rule_still_checks(book: RuleBook, folder: Path) -> None:
    (folder / "vars.yaml").write_text('vips: ["+31600000000"]\n')
    assert "vip" in book.look().swapped
    rule = book.rule("vip")
    assert rule is not None
    assert rule.variables["vars.vips"] == ["+31600000000"]


@pytest.mark.parametrize("text", ["vips: +31612340001\n", "vip: []\n", "vips: [\n", ""])
def test_vars_that_would_break_a_rule_are_held_back(book: RuleBook, folder: Path, text: str) -> None:
    (folder / "vars.yaml").write_text(text)
    change = book.look()
    assert change.held_back
    assert change.swapped == ()
    rule = book.rule("vip")
    assert rule is not None
    assert rule.variables["vars.vips"] == ["+31612340001"]
    (folder / "vars.yaml").write_text(VARS)
    book.look()
    assert book.bad_files == frozenset()


def test_overrides_stay(folder: Path) -> None:
    (folder / "vars.yaml").write_text(VARS + "greeting: Hello\n")
    book = open_rulebook(folder, vocabulary({}), {"greeting": "Moin"})
    rule = book.rule("vip")
    assert rule is not None
    assert rule.variables["vars.greeting"] == "Moin"


def test_a_folder_that_is_gone_leaves_everything_in_force(book: RuleBook, folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    with pytest.raises(NoFolder):
        book.look()
    assert names(book) == ["other", "vip"]


def test_damaged_files_never_stop_the_rest(book: RuleBook, folder: Path) -> None:
    chance = random.Random(4)
    for _ in range(300):
        data = bytearray(GOOD.encode())
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (folder / "vip.yaml").write_bytes(bytes(data[: chance.randrange(len(data))]))
        book.look()
        assert names(book) == ["other", "vip"]


def test_of_two_files_with_one_name_the_first_counts(book: RuleBook, folder: Path) -> None:
    (folder / "vip.yml").write_text(GOOD.replace("Hello", "Second"))
    change = book.look()
    assert [finding.code for finding in change.held_back] == ["duplicate-name"]
    rule = book.rule("vip")
    assert rule is not None
    assert "Hello" in rule.source.text
