from __future__ import annotations

import json
import re

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
    assert heading.split() == ["died", "age", "letter", "connection", "kind", "tries", "reason"]
    assert all(re.fullmatch(r"\d+s", row.split()[2]) for row in rows)
    assert {row.split()[3] for row in rows} == {letter.work_id for letter in letters}
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
    assert cli("dead", "drop", "--all", "--yes").stderr == "dropped: 2\n"
    assert left(url) == 0


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_every_one_there_is_takes_a_yes(verb: str, cli: Cli, url: str, letters: list[DeadLetter]) -> None:
    done = cli("dead", verb, "--all")
    assert done.exit_code == 2
    assert "every dead letter there is" in done.stderr
    assert "--dry-run" in done.stderr
    assert left(url) == 2


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_a_dry_run_counts_and_changes_nothing(verb: str, cli: Cli, url: str, letters: list[DeadLetter]) -> None:
    in_store(url, lambda store: given_up(store, "no customer +31612340001"))
    done = cli("dead", verb, "--all", "--dry-run")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == ["     2  tell  500 (after 5 tries)", "     1  tell  no customer +316•••••01"]
    assert done.stderr.endswith("without --dry-run: 3; nothing was changed\n")
    assert left(url) == 3
    assert in_store(url, lambda store: store.queue.depth())["bulk"] == 0


def test_a_dry_run_of_named_ones(cli: Cli, url: str, letters: list[DeadLetter]) -> None:
    done = cli("dead", "retry", letters[0].work_id, "--dry-run")
    assert done.stdout == "     1  tell  500 (after 5 tries)\n"
    assert left(url) == 2


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (["--rule", "tell"], 3), (["--rule", "other"], 0), (["--reason", "TIMED out"], 1), (["--since", "1h"], 3),
        (["--since", "2100-01-01T00:00"], 0), (["--rule", "tell", "--reason", "500"], 2),
    ],
)  # fmt: skip
def test_all_of_a_scope(scope: list[str], count: int, cli: Cli, url: str, letters: list[DeadLetter]) -> None:
    in_store(url, lambda store: given_up(store, "it timed out"))
    assert len(json.loads(cli("dead", "list", "--json", *scope).stdout)) == count
    assert cli("dead", "retry", "--all", *scope).stderr == f"trying again: {count}\n"
    assert in_store(url, lambda store: store.queue.depth())["bulk"] == count
    assert left(url) == 3 - count


def test_a_scope_goes_with_all_and_a_moment_must_be_one(cli: Cli, url: str, letters: list[DeadLetter]) -> None:
    named = cli("dead", "retry", letters[0].work_id, "--reason", "500")
    assert (named.exit_code, "go with --all" in named.stderr) == (2, True)
    assert cli("dead", "retry", "--rule", "tell").exit_code == 2
    vague = cli("dead", "retry", "--all", "--since", "yesterday")
    assert (vague.exit_code, "--since" in vague.stderr) == (2, True)
    assert left(url) == 2


@pytest.mark.parametrize("verb", ["show", "retry", "drop"])
def test_an_unknown_letter_changes_nothing(verb: str, cli: Cli, url: str, letters: list[DeadLetter]) -> None:
    done = cli("dead", verb, "evt_none")
    assert done.exit_code == 2
    assert "hookswitch dead list" in done.stderr
    assert left(url) == 2
