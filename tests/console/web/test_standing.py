from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from console.web.standing import Record, Tally
from store.metrics import Key
from store.pauses import Pause
from store.roster import Note
from tests.console.support import rules_of

PLAIN = "description: x\non: assistant-request\nanswer: { assistant: night }\n"
IN_FORCE = {"w": Note(frozenset({"a"}), {}, True)}


def words(text: str, folder: Path, tally: Tally) -> list[str]:
    (rule,) = rules_of(folder, a=text)
    return [word for word, _ in tally.state("a", "a.yaml", rule, ()).words]


@pytest.mark.parametrize(
    ("text", "notes", "told"),
    [
        (PLAIN, IN_FORCE, ["in force"]), (PLAIN, {}, ["in force"]), (f"{PLAIN}mode: shadow\n", IN_FORCE, ["shadow"]),
        (f"{PLAIN}enabled: false\n", IN_FORCE, ["switched off"]),
        (PLAIN, {"w": Note(frozenset(), {}, True)}, ["not in force"]),
        (PLAIN, {"w": Note(frozenset({"a"}), {"a": "a.yaml:1:1 wrong"}, True)}, ["last good version"]),
        (PLAIN, {"w": Note(frozenset(), {"a": "a.yaml:1:1 wrong"}, True)}, ["not in force"]),
    ],
)  # fmt: skip
def test_how_a_rule_stands(text: str, notes: dict[str, Note], told: list[str], tmp_path: Path) -> None:
    assert words(text, tmp_path / "rules", Tally(Counter(), {}, {}, notes, frozenset({"a"}))) == told


def test_a_pause_is_said_beside_it(tmp_path: Path) -> None:
    pause = Pause("rule:a", "anna", "", 5)
    assert words(PLAIN, tmp_path / "r", Tally(Counter(), {}, {"rule:a": pause}, IN_FORCE)) == ["in force", "paused"]


def test_a_file_that_was_never_good_is_not_in_force() -> None:
    state = Tally(Counter(), {}, {}, IN_FORCE).state("b", "b.yaml", None, ())
    assert [word for word, _ in state.words] == ["not in force"]


def test_figures_come_from_the_tallies() -> None:
    counts: Counter[Key] = Counter({
        ("rule", "a", "ran"): 4, ("rule", "a", "failed"): 1, ("rule", "a", "not_matched"): 9, ("rule", "b", "ran"): 99,
        ("rule_seconds", "a", "0.5"): 5,
    })  # fmt: skip
    assert Record.of("a", counts) == Record(5, 9, 1, 0.5)
    assert Record.of("c", counts) == Record()
