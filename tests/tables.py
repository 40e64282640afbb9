"""One test over a whole table, where a test for each of its rows would cost more than what it tries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

Row = TypeVar("Row")


@contextmanager
def case(row: object) -> Iterator[None]:
    """What fails in here says for which row."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"the case: {row}")
        raise


def over(rows: Sequence[Row]) -> Callable[[Callable[[Row], None]], Callable[[], None]]:
    """Makes one test of a check of a row: it fails with all rows that fail."""

    def one(check: Callable[[Row], None]) -> Callable[[], None]:
        def test() -> None:
            try_all(check, rows)

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        return test

    return one


def try_all(check: Callable[[Row], None], rows: Sequence[Row]) -> None:
    """Raises an ExceptionGroup of all rows that fail."""
    assert rows, "an empty table tries nothing"
    failed = [error for row in rows if (error := _failure(check, row))]
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(rows)} cases", failed)


def _failure(check: Callable[[Row], None], row: Row) -> AssertionError | None:
    try:
        with case(row):
            check(row)
    except AssertionError as error:
        return error
    return None
