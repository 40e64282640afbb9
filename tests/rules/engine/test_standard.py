from __future__ import annotations

import pytest

from rules.engine.cel.celib import EXTENSIONS, cel
from rules.engine.playing.explain import STANDARD_NAMES
from rules.engine.standard import STANDARD

OPERATORS = frozenset({"has", "in"})


@pytest.mark.parametrize("name", STANDARD)
def test_an_example_gives_what_it_says(name: str) -> None:
    env = cel.NewEnv(variables={}, extensions=list(EXTENSIONS), functions=[])
    usage, gives, _ = STANDARD[name]
    values = [env.compile(text).eval(env.Activation(data={})).plain_value() for text in (usage, gives)]
    assert values[0] == values[1]


def test_every_one_is_known_where_mistakes_are_explained() -> None:
    named = {word for name in STANDARD for word in name.split() if word.isalpha()}
    assert named - OPERATORS <= STANDARD_NAMES
