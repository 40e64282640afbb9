from __future__ import annotations

from console.inforce import held_out, refusal
from store.roster import Note

WHY = 'rules/live/night.yaml:9:3 night: unknown secret "crm"; set HOOKSWITCH_SECRET_CRM'
HAS, REFUSES = Note(frozenset({"night"})), Note(frozenset({"greet"}), {"night": WHY})


def test_a_rule_that_any_worker_has_is_in_force() -> None:
    assert held_out("night", {"one": REFUSES, "two": HAS}) == ""
    assert held_out("night", {}) == "", "nobody has said anything"


def test_why_it_is_in_force_nowhere() -> None:
    assert held_out("night", {"one": REFUSES}) == WHY
    assert held_out("new", {"one": REFUSES, "two": HAS}).startswith("no worker finds it in its rules folder")


def test_a_file_may_be_refused_while_its_last_good_version_is_in_force() -> None:
    notes = {"one": Note(frozenset({"night"}), {"night": WHY})}
    assert (held_out("night", notes), refusal("night", notes), refusal("greet", notes)) == ("", WHY, "")
