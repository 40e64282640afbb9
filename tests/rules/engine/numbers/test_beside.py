from __future__ import annotations

from pathlib import Path

import pytest

from rules.engine.findings import Finding
from rules.engine.loading.load import load_folder
from rules.engine.loading.variables import read_vars
from rules.engine.numbers.beside import able_findings, numbers_findings
from rules.engine.numbers.read import read_numbers
from rules.engine.vocabulary import Vocabulary
from store.connections import Api, Connection
from workers.vocabulary import vocabulary

VARS = read_vars('timezone: UTC\nmain: "+31 85 000 0001"\nopening: { mon: open }\n', "vars.yaml")


def words(**desks: str) -> Vocabulary:
    made = {}
    for name, platform in desks.items():
        provider, _, generation = platform.partition(" ")
        api = None if generation == "none" else Api(base_url="https://x", key="k")
        chosen = generation if generation.startswith("g") else "auto"
        made[name] = Connection.model_validate({"name": name, "provider": provider, "generation": chosen, "api": api})
    return vocabulary(made)


def found(entries: str, vocabulary_: Vocabulary) -> list[Finding]:
    file = read_numbers(f"numbers: {{ {entries} }}", "numbers.yaml", VARS)
    assert file.usable
    return list(able_findings(file, vocabulary_))


ONE = "desk: { '+31850000001': { agent: x } }"


@pytest.mark.parametrize("platform", ["flireo g1", "flireo g2", "flireo g3", "fluents", "vapi"])
def test_platforms_that_link_keep_numbers(platform: str) -> None:
    assert found(ONE, words(desk=platform)) == []


@pytest.mark.parametrize(
    ("platform", "code"),
    [("opencx", "cannot-do"), ("generic", "cannot-do"), ("flireo auto", "no-generation"), ("fluents none", "no-api")],
)
def test_others_are_refused_with_the_reason(platform: str, code: str) -> None:
    (finding,) = found(ONE, words(desk=platform))
    assert (finding.code, finding.severity, finding.line) == (code, "error", 1)


def test_without_connections_none_is_unknown() -> None:
    assert found(ONE, vocabulary({})) == []
    (finding,) = found(ONE, words(desks="vapi"))
    assert finding.code == "unknown-connection"


SHIFT = "when: { hours: vars.opening, agent: %s }, otherwise: %s"


@pytest.mark.parametrize(
    ("first", "second", "severities"),
    [
        ("agent: x", "agent: x", ["error"]),
        ("agent: x", "agent: y", []),
        (SHIFT % ("x", "y"), SHIFT % ("y", "x"), []),
        (SHIFT % ("x", "y"), SHIFT % ("x", "z"), ["error"]),
        (SHIFT % ("x", "y"), "agent: x", ["warning"]),
    ],
)
def test_an_agent_with_one_number_gets_no_second_one(first: str, second: str, severities: list[str]) -> None:
    entries = f"desk: {{ '+31850000001': {{ {first} }}, '+31850000002': {{ {second} }} }}"
    assert [each.severity for each in found(entries, words(desk="flireo g1"))] == severities
    assert found(entries, words(desk="flireo g3")) == []


def test_a_number_is_with_one_platform(tmp_path: Path) -> None:
    text = f"numbers: {{ {ONE}, other: {{ '+31850000001': {{ agent: x }} }} }}"
    file = read_numbers(text, "numbers.yaml", VARS)
    (finding,) = numbers_findings(file, words(desk="vapi", other="fluents"), (), VARS)
    assert (finding.code, finding.severity) == ("double-entry", "warning")


@pytest.mark.parametrize(("number", "masters"), [("${{ vars.main }}", 1), ("+31850000001", 1), ("+31850000002", 0)])
def test_a_rule_that_links_it_too_is_told(tmp_path: Path, number: str, masters: int) -> None:
    step = f"{{ action: number.link, with: {{ number: '{number}', agent: x }} }}"
    (tmp_path / "hand.yaml").write_text(f"description: x\non: manual\nconnections: [desk]\nsteps: [{step}]\n")
    (tmp_path / "vars.yaml").write_text(VARS.text)
    known = words(desk="vapi")
    rules = load_folder(tmp_path, known).files
    file = read_numbers(f"numbers: {{ {ONE} }}", "numbers.yaml", VARS)
    codes = [each.code for each in numbers_findings(file, known, rules, VARS)]
    assert codes == ["two-masters"] * masters
