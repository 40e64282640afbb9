"""The table of actions in the rule language says of each on which platforms it is there, as the registry does."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from receiver.providers import PROVIDERS
from tests.docs.markdown import ROOT
from workers.actions import ACTIONS
from workers.actions.ports.table import reasons

WORDS = {"flireo": "Flireo", "fluents": "Fluents", "opencx": "OpenCX", "vapi": "Vapi"}
_ROW = re.compile(r"^\| `([a-z]+\.[a-z_.]+|notify|emit|log)` \|.*\|([^|]*)\|$", re.MULTILINE)
_ANYWHERE = "all"


def table() -> Mapping[str, str]:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    section = text.partition("\n## Actions\n")[2].partition("\n## ")[0]
    return {name: said.strip() for name, said in _ROW.findall(section)}


def written(platforms: Mapping[str, frozenset[str]]) -> str:
    """The platforms as the table writes them, with the generations where not all can."""
    generations = {"flireo": {"g1", "g2", "g3"}}
    told = [
        word + (f" {' and '.join(sorted(platforms[name]))}" if platforms[name] != generations.get(name, {""}) else "")
        for name, word in WORDS.items()
        if name in platforms
    ]
    return ", ".join(told)


def test_every_neutral_action_is_in_the_table() -> None:
    own = {name for name in ACTIONS if name.partition(".")[0] not in PROVIDERS}
    assert set(table()) == own


@pytest.mark.parametrize("name", sorted(each for each in ACTIONS if each.partition(".")[0] not in PROVIDERS))
def test_the_table_says_where_it_is_there(name: str) -> None:
    platforms = ACTIONS[name].platforms
    whole = platforms is not None and not reasons(name) and set(platforms) == set(WORDS)
    assert table()[name] == (_ANYWHERE if whole else written(platforms or {}))
