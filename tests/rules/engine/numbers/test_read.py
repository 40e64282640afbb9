from __future__ import annotations

from pathlib import Path

import pytest

from rules.engine.loading.load import load_folder, rule_files
from rules.engine.loading.variables import Vars, read_vars
from rules.engine.numbers.read import document_of, load_numbers, of_document, plain_number, read_numbers
from tests.rules.engine.vocab import VOCABULARY

VARS = read_vars('timezone: Europe/Amsterdam\nnight: asst_night\nopening: { mon: "09:00-18:00" }\n', "vars.yaml")
FILE = """\
drift: mend
mode: shadow
numbers:
  desk:
    +31 85 000 0001:
      when:
        - { hours: vars.opening, agent: asst_day }
        - { hours: { sat: open }, agent: '${{ vars.night }}' }
      otherwise: vars.night
      drift: report
    "+31850000002": { agent: 12, pin: being moved }
"""


def texts(text: str, vars_: Vars = VARS) -> list[str]:
    found = read_numbers(text, "numbers.yaml", vars_).findings
    return [f"{each.line}:{each.column} {each.code} {each.message}" for each in found]


def test_a_file_is_read() -> None:
    file = read_numbers(FILE, "numbers.yaml", VARS)
    assert (file.usable, file.shadow, file.zone.key, file.findings) == (True, True, "Europe/Amsterdam", ())
    first, second = file.kept
    assert (first.id, first.agents, first.drift) == ("desk/+31850000001", ("asst_day", "asst_night"), "report")
    assert (second.agent, second.pin, second.drift, second.line) == ("12", "being moved", "mend", 11)


def test_a_remembered_file_is_the_same() -> None:
    kept = of_document(document_of(FILE, VARS.text), "numbers.yaml")
    assert kept == read_numbers(FILE, "numbers.yaml", VARS)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "1:1 missing `numbers` is missing"),
        ("numbers: [", "1:10 yaml this [ is never closed"),
        ("numbers: []", "1:10 wrong-type `numbers` must be a map"),
        ("numbers: { desk: { '+31850000001': x } }", "wrong-type what belongs to +31850000001 must be a map"),
        ("numbers: { desk: { '+31850000001': { agent: '' } } }", "missing `agent` is empty"),
        ("numbers: { desk: { '+31850000001': { agent: vars.opening } } }", "wrong-type vars.opening is no agent's id"),
        (
            "numbers: { desk: { '+31850000001': { agent: '${{ now }}' } } }",
            'wrong-value `agent` cannot be "${{ now }}"',
        ),
        ("numbers: { desk: { '+31850000001': { otherwise: x } } }", "pointless `otherwise` means nothing"),
        ("numbers: { desk: { '+31850000001': { agent: x, otherwise: y, when: [] } } }", "too-many write `agent`, or"),
        (
            "numbers: { desk: { '+31850000001': { otherwise: x, when: { hours: vars.night, agent: y } } } }",
            "wrong-type vars.night is no map of opening hours",
        ),
        (
            "numbers: { desk: { '+31850000001': { otherwise: x, when: { hours: { mon-sun: open }, agent: y } } } }",
            "unreachable `otherwise` never comes to its turn",
        ),
        ("numbers: { desk: { '+31850000001': { otherwise: x, when: { agent: y } } } }", "missing `hours` is missing"),
        ("drift: mended\nnumbers: {}", '1:8 wrong-value `drift` is report or mend, not "mended"'),
    ],
)
def test_what_is_wrong_is_told_once_with_its_place(text: str, finding: str) -> None:
    (told,) = texts(text)
    assert finding in told


def test_without_a_zone_hours_are_those_of_utc_and_that_is_said_once() -> None:
    vars_ = read_vars('opening: { mon: "09:00-18:00" }\nnight: x\n', "vars.yaml")
    assert [each.partition(" ")[2].partition(" ")[0] for each in texts(FILE, vars_)] == ["no-timezone"]


def test_it_is_no_rule_and_nothing_without_it(tmp_path: Path) -> None:
    assert load_numbers(tmp_path, VARS) is None
    (tmp_path / "numbers.yaml").write_text(FILE)
    file = load_numbers(tmp_path, VARS)
    assert file
    assert len(file.kept) == 2
    assert (rule_files(tmp_path), load_folder(tmp_path, VOCABULARY).findings) == ([], ())


def test_a_number_may_be_written_as_people_do() -> None:
    assert plain_number("+31 (85) 000-00.01") == "+31850000001"
