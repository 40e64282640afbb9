from __future__ import annotations

from pathlib import Path

import pytest

from console.sandbox.script import BadScript, Script, read_script

YAML = """
generation: g2
from: "+31612340002"
to: "+31850000002"
turns:
  - caller: Please send my invoice.
    tools:
      - name: send_invoice
        arguments: {number: 7}
      - {name: log_it, async: true}
  - hold: 10
  - hang_up: true
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "call.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml(tmp_path: Path) -> None:
    script = read_script(write(tmp_path, YAML))
    assert (script.generation, script.from_, script.to) == ("g2", "+31612340002", "+31850000002")
    assert [tool.name for tool in script.turns[0].tools] == ["send_invoice", "log_it"]
    assert script.turns[0].tools[1].async_
    assert script.turns[1].hold == 10


def test_json(tmp_path: Path) -> None:
    assert read_script(write(tmp_path, '{"generation": "g1", "turns": [{"pause": 1}]}')).turns[0].pause == 1


def test_an_empty_file_is_the_default_call(tmp_path: Path) -> None:
    script = read_script(write(tmp_path, ""))
    assert script == Script()
    assert [tool.name for turn in script.turns for tool in turn.tools] == ["opening_hours"]
    assert script.turns[-1].hang_up


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("from: +31612340001", "in quotes"),
        ("turns: [{}]", "a turn needs one of"),
        ("turns: [{caler: hi}]", "caler"),
        ("generation: g4", "generation"),
        ("a: [", "flow"),
        ("just words", "script"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, reason: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(BadScript, match=reason) as caught:
        read_script(path)
    assert caught.value.path == path


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="No such file"):
        read_script(tmp_path / "none.yaml")


def test_round_trip() -> None:
    script = Script(to="+31850000009")
    assert Script.model_validate_json(script.model_dump_json()) == script
    assert '"from":' in script.model_dump_json()
