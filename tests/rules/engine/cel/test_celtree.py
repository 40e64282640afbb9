from __future__ import annotations

from rules.engine.cel.celib import EXTENSIONS, TYPES, cel
from rules.engine.cel.celtree import Part, read_tree

ENV = cel.NewEnv(
    variables={"call.from": TYPES["string"], "raw": TYPES["map"], "n": TYPES["number"], "at": TYPES["timestamp"]},
    extensions=list(EXTENSIONS),
)


def tree(text: str) -> Part:
    return read_tree(ENV.compile(text).serialize())


def test_a_qualified_name_is_one_name() -> None:
    root = tree('call.from == "x"')
    assert (root.what, root.text, str(root.type)) == ("call", "_==_", "bool")
    name, constant = root.parts
    assert (name.what, name.text, str(name.type)) == ("name", "call.from", "string")
    assert (constant.what, constant.value, constant.offset) == ("constant", "x", 13)


def test_constants_of_every_kind() -> None:
    assert [part.value for part in tree("[dyn(1), -7, 2.5, true, null, 'é', 3u]").parts[1:]] == [
        -7,
        2.5,
        True,
        None,
        "é",
        3,
    ]


def test_selects_optionals_and_has() -> None:
    root = tree("has(raw.a.b) && raw.?c.orValue(1) == n")
    asked, compared = root.parts
    assert asked.asks
    assert asked.text == "b"
    or_value = compared.parts[0]
    assert or_value.target is not None
    assert str(or_value.target.type) == "optional(dyn)"


def test_maps_and_lists_know_their_optional_members() -> None:
    assert tree("{?'a': raw.?a, 'b': 1}").optional == {1}
    assert tree("[1, ?raw.?a]").optional == {1}
    assert str(tree("{'a': 1}").type) == "map(string, int)"
    assert str(tree("[at]").type) == "list(timestamp)"


def test_loops_bind_their_variables() -> None:
    loop = tree("[1, 2].exists(x, x > 1)")
    assert loop.what == "loop"
    assert "x" in loop.value
    assert {part.text for part in loop.walk() if part.what == "name"} == {"x", "@result"}


def test_offsets_count_characters_not_bytes() -> None:
    assert tree("'üü' == call.from").parts[1].offset == 12


def test_long_expressions_have_long_messages() -> None:
    root = tree(" || ".join(f'call.from == "{number}"' for number in range(300)))
    assert sum(part.what == "name" for part in root.walk()) == 300
