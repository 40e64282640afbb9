from __future__ import annotations

from rules.engine.cel.celib import EXTENSIONS, TYPES, cel
from rules.engine.cel.plain import EMPTY


def test_every_type_word_has_a_type_and_an_empty_value() -> None:
    assert TYPES.keys() == EMPTY.keys()


def test_empty_values_are_accepted_by_their_types() -> None:
    for word, value in EMPTY.items():
        env = cel.NewEnv(variables={"a.b": TYPES[word]}, extensions=list(EXTENSIONS))
        result = env.compile("a.b == a.b").eval(env.Activation(data={"a.b": value}))
        assert result.plain_value() is True
