from __future__ import annotations

from console.web.frames import Line, frame, whole

TEXT = "description: x\non: message\nif: call.form == 1\nanswer: {}\n"


def test_a_line_has_its_neighbours_and_a_caret() -> None:
    lines = frame(TEXT, 3, 5)
    assert [line.number for line in lines] == [2, 3, 4]
    assert [line.caret for line in lines] == ["", "    ^", ""]


def test_without_a_column_there_is_no_caret() -> None:
    assert all(not line.caret for line in frame(TEXT, 1, 0))


def test_a_line_that_is_not_there() -> None:
    assert frame(TEXT, 9, 1) == frame("", 1, 1) == []


def test_the_whole_file() -> None:
    assert whole("a\n\tb") == [Line(1, "a"), Line(2, "    b")]
