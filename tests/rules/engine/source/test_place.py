from __future__ import annotations

from rules.engine.source.place import Place, Problem


def test_a_place_allows_nothing_special_by_itself() -> None:
    place = Place("`if`")
    assert (place.secrets, place.item, place.wants_bool) == (False, False, False)
    assert place.steps is None


def test_a_problem_is_an_error_unless_it_says_otherwise() -> None:
    assert Problem(0, "x").severity == "error"
