from __future__ import annotations

import json

import pytest

from store.client import Store
from store.deadletters import DeadLetter
from tests.console.conftest import Cli, on_terminal
from tests.console.recorded import given_up, in_store


@pytest.fixture
def letters(url: str) -> list[DeadLetter]:
    """Two dead letters, the older first."""

    async def fill(store: Store) -> list[DeadLetter]:
        return [await given_up(store), await given_up(store)]

    return in_store(url, fill)


def left(url: str) -> int:
    return in_store(url, lambda store: store.dead.count())


def test_listing(cli: Cli, letters: list[DeadLetter]) -> None:
    heading, *rows = cli("dead", "list").stdout.splitlines()
    assert heading.split() == ["died", "letter", "connection", "kind", "tries", "reason"]
    assert {row.split()[2] for row in rows} == {letter.work_id for letter in letters}
    assert all(row.rstrip().endswith("500 (after 5 tries)") for row in rows)
    assert len(cli("dead", "list", "-n", "1").stdout.splitlines()) == 2


def test_listing_as_json(cli: Cli, letters: list[DeadLetter]) -> None:
    told = json.loads(cli("dead", "list", "--json").stdout)
    assert [letter["attempts"] for letter in told] == [5, 5]
    assert told[0]["died_at"].endswith("+00:00")


def test_a_narrow_terminal_keeps_ids_whole(
    cli: Cli, letters: list[DeadLetter], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_terminal("console.cli.dead", 60, monkeypatch)
    lines = cli("dead", "list").stdout.splitlines()
    assert len(lines) == 4
    assert lines[1].strip() == "desk status-update, tries: 5, 500 (after 5 tries)"
    assert all(any(letter.work_id in line for line in lines) for letter in letters)


def test_none_is_said_on_stderr(cli: Cli) -> None:
    done = cli("dead", "list")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "no dead letters\n")


def test_one_is_shown_with_what_to_type_next(cli: Cli, letters: list[DeadLetter]) -> None:
    letter = letters[0]
    done = cli("dead", "show", letter.work_id)
    assert "reason      500 (after 5 tries)\n" in done.stdout
    assert f"hookswitch trace {letter.event_id}" in done.stderr
    assert json.loads(cli("dead", "show", letter.work_id, "--json").stdout)["step"] == "post"


def test_numbers_in_a_reason_are_masked(cli: Cli, url: str) -> None:
    letter = in_store(url, lambda store: given_up(store, "no customer +31612340001"))
    shown = (
        cli("dead", "list").stdout + cli("dead", "list", "--json").stdout + cli("dead", "show", letter.work_id).stdout
    )
    assert "+31612340001" not in shown
    assert shown.count("+316•••••01") == 3


def test_retry_and_drop_want_to_know_which(cli: Cli, url: str, letters: list[DeadLetter]) -> None:
    for verb in ("retry", "drop"):
        for scope in ([], [letters[0].work_id, "--all"]):
            done = cli("dead", verb, *scope)
            assert done.exit_code == 2
            assert "name the dead letters, or say --all" in done.stderr
    assert left(url) == 2


def test_one_is_tried_again(cli: Cli, url: str, letters: list[DeadLetter]) -> None:
    assert cli("dead", "retry", letters[0].work_id).stderr == "trying again: 1\n"
    assert left(url) == 1
    assert in_store(url, lambda store: store.queue.depth())["bulk"] == 1


def test_all_are_dropped(cli: Cli, url: str, letters: list[DeadLetter]) -> None:
    assert cli("dead", "drop", "--all").stderr == "dropped: 2\n"
    assert left(url) == 0


@pytest.mark.parametrize("verb", ["show", "retry", "drop"])
def test_an_unknown_letter_changes_nothing(verb: str, cli: Cli, url: str, letters: list[DeadLetter]) -> None:
    done = cli("dead", verb, "evt_none")
    assert done.exit_code == 2
    assert "hookswitch dead list" in done.stderr
    assert left(url) == 2
