from __future__ import annotations

import pytest

from tests.tables import case, over


def below_three(number: int) -> None:
    """Small."""
    assert number < 3
    assert 6 / number > 0


def test_a_table_that_holds_is_one_test_by_the_name_of_its_check() -> None:
    test = over([1, 2])(below_three)
    test()
    assert (test.__name__, test.__doc__) == ("below_three", "Small.")


def test_all_rows_that_fail_are_named() -> None:
    with pytest.raises(ExceptionGroup, match="2 of 3 cases") as failure:
        over([1, 3, 4])(below_three)()
    assert [error.__notes__ for error in failure.value.exceptions] == [["the case: 3"], ["the case: 4"]]


def test_an_empty_table_fails() -> None:
    with pytest.raises(AssertionError, match="an empty table"):
        over([])(below_three)()


def test_what_breaks_a_check_names_its_row_too() -> None:
    with pytest.raises(ZeroDivisionError) as failure:
        over([1, 0])(below_three)()
    assert failure.value.__notes__ == ["the case: 0"]


def test_a_row_that_holds_says_nothing() -> None:
    with case("first"):
        below_three(1)
