from __future__ import annotations

from pathlib import Path

import pytest

from store.places import Places

FILE = """\
top:
  plain: raw.a + rw.b
  quoted: 'it''s + rw.b'
  double: "x + rw.b"
  literal: |
    raw.a +
      rw.b
  list: [a, {key: value}]
  folded: raw.a +
    rw.b
"""


@pytest.mark.parametrize(
    ("keys", "text", "place"),
    [
        (("top", "plain"), "raw.a + rw.b", (2, 18)),
        (("top", "quoted"), "it's + rw.b", (3, 20)),
        (("top", "double"), "x + rw.b", (4, 16)),
        (("top", "literal"), "raw.a +\n  rw.b\n", (7, 7)),
        (("top", "folded"), "raw.a + rw.b", (10, 5)),
    ],
)
def test_a_character_of_a_text_is_found(keys: tuple[str, ...], text: str, place: tuple[int, int]) -> None:
    assert Places(FILE).at(keys, text.index("rw")) == place


def test_values_keys_and_items() -> None:
    places = Places(FILE)
    assert places.at(("top", "list", "1", "key")) == (8, 19)
    assert places.at(("top", "list", "1", "key"), key=True) == (8, 14)
    assert places.at(("top", "plain"), key=True) == (2, 3)


def test_keys_that_lead_nowhere_lead_as_far_as_they_go() -> None:
    places = Places(FILE)
    assert places.at(("top", "list", "7", "x")) == (8, 9)
    assert places.at(("nothing",)) == (1, 1)
    assert Places("").at(("top",)) == (1, 1)


def test_a_file_that_cannot_be_read_has_only_a_beginning(tmp_path: Path) -> None:
    assert Places("a: [").at(("a",)) == (1, 1)
    assert Places.of_file(tmp_path / "none.yaml").at(("a",)) == (1, 1)
    (tmp_path / "bytes.yaml").write_bytes(b"\xff")
    assert Places.of_file(tmp_path / "bytes.yaml").at(("a",)) == (1, 1)


def test_an_offset_behind_the_end_is_the_end() -> None:
    assert Places("a: b").at(("a",), 9) == (1, 5)
