from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.source.nodes import scalars
from rules.engine.source.yamlread import LARGEST_FILE, read_yaml


def faults(text: str | bytes) -> list[str]:
    return [f"{fault.line}:{fault.column} {fault.message}" for fault in read_yaml(text).faults]


def plain(text: str) -> object:
    root = read_yaml(text).root
    return root.plain if root is not None else None


def test_a_rule_reads_as_written() -> None:
    text = "on:\n  schedule: { cron: \"0 18 * * MON-FRI\", timezone: Europe/Amsterdam }\nif: [a, '!b']\n"
    assert plain(text) == {
        "on": {"schedule": {"cron": "0 18 * * MON-FRI", "timezone": "Europe/Amsterdam"}},
        "if": ["a", "!b"],
    }
    assert faults(text) == []


def test_duplicate_keys_name_both_places_and_the_first_one_stays() -> None:
    assert faults("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n") == [
        '4:3 duplicate key "c"; it stands on line 3 already',
        '5:1 duplicate key "a"; it stands on line 1 already',
    ]
    assert plain("a: 1\na: 3\n") == {"a": 1}


def test_an_exclamation_mark_needs_quotes_and_the_text_is_kept_for_more_checks() -> None:
    assert faults("if:\n  - !open_now(x)\n") == [
        "2:5 a value that starts with !; put single quotes around it: '!open_now(x)'"
    ]
    assert plain("if:\n  - !open_now(x)\n") == {"if": ["!open_now(x)"]}


def test_missing_quotes_are_put_in_so_that_the_rest_is_read() -> None:
    text = "if: \"a\" == it's\nwith: { x: ${{ a }}, y: ${{ b }}, z: 'c' }\nb: [1] == c\nd: 1\nd: 2\n"
    assert [line.split(" ")[0] for line in faults(text)] == ["1:5", "2:12", "3:4", "5:1"]
    assert plain(text) == {
        "if": '"a" == it\'s',
        "with": {"x": "${{ a }}", "y": "${{ b }}", "z": "c"},
        "b": "[1] == c",
        "d": 1,
    }


def test_places_are_those_of_the_file_as_written() -> None:
    root = read_yaml("with: { x: ${{ it's }}, y: ${{ b }}, z: 'c', z: d }\n")
    assert root.root is not None
    assert [(node.line, node.column) for node in scalars(root.root)] == [(1, 12), (1, 28), (1, 41)]
    assert [node.locate(4) for node in scalars(root.root)][:2] == [(1, 16), (1, 32)]
    assert root.faults[-1][:2] == (1, 46)


def test_mending_ends() -> None:
    assert len(faults("".join(f"k{n}: @x\n" for n in range(50)))) == 21


def test_files_that_are_no_text() -> None:
    assert faults(b"a: ok\nb: \xff\n") == ["2:4 the file is not UTF-8 text from here on; save it as UTF-8"]
    assert faults("a: \x00\n") == ["1:4 the character U+0000 cannot stand in a file"]
    assert faults(b"a" * (LARGEST_FILE + 1)) == ["1:1 the file is larger than 512 kB"]
    assert plain("\ufeffa: 1") == {"a": 1}


def test_one_document_a_file() -> None:
    assert faults("---\na: 1\n---\nb: 2\n") == ["3:1 a file holds one document; remove the `---`"]
    assert plain("") is None
    assert plain("# only a comment\n") is None


def test_anchors_work_within_bounds() -> None:
    assert plain("a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}
    assert faults("a: *nobody\n") == [
        "1:4 there is no &nobody before this; put single quotes around a value that starts with *"
    ]


def test_an_alias_bomb_is_refused_at_once() -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    began = time.process_time()
    said = faults("l0: &l0 [x, x, x, x, x, x, x, x, x]\n" + levels)
    assert said[0].endswith("the file holds more than 20000 values")
    assert time.process_time() - began < 1


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 10_000, "{a: " * 50_000, "a:\n" + " b:\n" * 3])
def test_depth_is_bounded(text: str) -> None:
    assert read_yaml(text).faults


def test_keys_must_be_text() -> None:
    assert faults("? [a]\n: b\n") == [
        "1:3 a key must be text; put single quotes around a value that starts with { or ["
    ]


@given(st.text(max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    for fault in read_yaml(text).faults:
        assert fault.message


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for fault in read_yaml(data).faults:
        assert fault.line >= 1
        assert fault.column >= 1


@given(st.text(alphabet="ab:-[]{}#&*!|>'\"%@`,?\n\t \x85\u2028", max_size=60))
def test_no_punctuation_makes_it_raise(text: str) -> None:
    for fault in read_yaml(text).faults:
        assert fault.message
