from __future__ import annotations

import json

from click.testing import CliRunner

from console.cli import main
from rules.engine.cel.functions import FUNCTIONS


def test_by_example() -> None:
    told = CliRunner().invoke(main, ["functions"]).stdout
    assert all(words.usage in told for words in FUNCTIONS.values())
    assert '  "+31612340001".startsWith("+31") → true\n' in told


def test_as_json() -> None:
    records = json.loads(CliRunner().invoke(main, ["functions", "--json"]).stdout)
    assert {record["name"] for record in records if record["ours"]} == set(FUNCTIONS)
    assert all(record["gives"] for record in records if not record["ours"])
