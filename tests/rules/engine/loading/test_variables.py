from __future__ import annotations

from typing import Any

from rules.engine.loading.variables import read_vars, type_word
from tests.rules.engine.vocab import VARS, brief


def test_values_types_and_zone() -> None:
    vars_ = read_vars(VARS, "vars.yaml")
    assert vars_.findings == ()
    assert vars_.zone.key == "Europe/Amsterdam"
    assert vars_.words == {
        "timezone": "string",
        "night_agent": "string",
        "support_numbers": "list",
        "most": "number",
        "crm": "string",
        "hours": "map",
    }
    assert vars_.qualified["vars.most"] == 3.0
    assert isinstance(vars_.qualified["vars.most"], float)


def test_what_is_wrong_is_left_out_and_told() -> None:
    text = "good: 1\nbad-name: 2\nempty:\ntimezone: Mars/Olympus\nhours: { mon: nine, tue: open }\n"
    text += "other_hours: {x: open}\n"
    vars_ = read_vars(text, "vars.yaml")
    assert brief(vars_.findings) == [
        '2:1 "bad-name" is no name for a var: letters, digits and _ only, not a digit first',
        "3:7 `empty` has no value",
        '4:11 "Mars/Olympus" is not a time zone; write it like Europe/Amsterdam',
        '5:15 mon: "nine" is not a span of time; write "09:00-18:00", closed or open',
        '6:18 "x" is neither a day nor a date; write mon, mon-fri, sat or 2026-12-25',
    ]
    assert "good" in vars_.values
    assert "bad-name" not in vars_.values
    assert vars_.zone.key == "UTC"


def test_files_without_vars() -> None:
    for text in ("", "# nothing\n", "---\n"):
        vars_ = read_vars(text, "vars.yaml")
        assert vars_.values == {}
        assert vars_.findings == ()
    assert brief(read_vars("- a\n", "vars.yaml").findings) == ["1:1 vars.yaml must be a map, this is a list"]
    assert brief(read_vars("a: [", "vars.yaml").findings)[0].startswith("1:4 this [ is never closed")


def test_type_words() -> None:
    values: tuple[Any, ...] = (True, 1, 2.5, "x", [], {})
    assert [type_word(value) for value in values] == [
        "bool",
        "number",
        "number",
        "string",
        "list",
        "map",
    ]


def test_faults_of_local_time() -> None:
    assert read_vars("timezone: UTC\n", "v").local_faults == {}
    faults = read_vars("shop: { mon: nine }\n", "v").local_faults
    assert set(faults) == {"", "vars.shop"}
