from __future__ import annotations

import pytest

from tests.docs.markdown import anchors
from tools.site.slug import github


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("What costs money", "what-costs-money"), ("`number.buy` and more", "numberbuy-and-more"), ("A — b", "a--b")],
)
def test_anchors_are_those_of_github(heading: str, anchor: str) -> None:
    assert github(heading, "-") == anchor


def test_the_same_as_the_links_are_checked_by(tmp_path: object) -> None:
    from pathlib import Path

    page = Path(str(tmp_path)) / "page.md"
    page.write_text("# Open files, and stopping\n")
    assert anchors(page) == {github("Open files, and stopping", "-")}
