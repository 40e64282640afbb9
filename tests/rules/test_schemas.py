"""Every file that people write names its schema by its first line and fits it, and files with mistakes do not."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from rules.engine.source.yamlread import read_yaml
from tests.docs.markdown import blocks, manual
from tests.tables import case, over

SCHEMAS = Path("rules/schema")
_MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
KINDS = ("rule", "test", "connections", "vars", "numbers")
FILES = [
    *sorted(path for folder in ("live", "examples") for path in Path("rules", folder).glob("*.yaml")),
    Path("console/dev/demo_connections.yaml"),
]


def kind_of(path: Path) -> str:
    if path.name.endswith(".test.yaml"):
        return "test"
    return {"vars": "vars", "numbers": "numbers", "demo_connections": "connections"}.get(path.stem, "rule")


def validator(kind: str) -> Draft7Validator:
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_bytes())
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


VALIDATORS = {kind: validator(kind) for kind in KINDS}


def faults(kind: str, text: str) -> list[str]:
    read = read_yaml(text)
    assert read.root is not None, read.faults
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in VALIDATORS[kind].iter_errors(read.root.plain)
    ]


@over(FILES)
def test_its_first_line_leads_to_its_schema(path: Path) -> None:
    found = _MODELINE.match(path.read_text(encoding="utf-8"))
    assert found, "no modeline"
    assert (path.parent / found[1]).resolve() == (SCHEMAS / f"{kind_of(path)}.schema.json").resolve()


@over(FILES)
def test_it_fits_its_schema(path: Path) -> None:
    assert faults(kind_of(path), path.read_text(encoding="utf-8")) == []


@cache
def documented() -> list[tuple[str, str, str]]:
    """The files that the documentation shows: each block is of the kind whose keys it has."""
    found = []
    for page in manual():
        for block in blocks(page, "yaml"):
            document = read_yaml(block.text).root
            plain = document.plain if document else None
            kind = documented_kind(plain, Path(block.file).name) if isinstance(plain, dict) else ""
            if kind:
                found.append((kind, block.where, block.text))
    return found


def documented_kind(plain: dict[str, Any], name: str) -> str:
    if name == "vars.yaml":
        return "vars"
    keys = {"description": "rule", "cases": "test", "connections": "connections", "numbers": "numbers"}
    return next((kind for key, kind in keys.items() if key in plain), "")


def test_what_the_documentation_shows_fits() -> None:
    for kind, where, text in documented():
        with case(where):
            assert faults(kind, text) == []


def test_the_documentation_shows_all_kinds() -> None:
    assert {kind for kind, _, _ in documented()} == set(KINDS)


RULE = "description: x\non: tool-calls\nanswer: { result: x }\n"
CASE = "cases: [ { name: x, event: { sample: a }, expect: { outcome: ran } } ]"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("rule", RULE + "colour: red"),
        ("rule", RULE + "enabled: sometimes"),
        ("rule", RULE.replace("result", "assistant")),
        ("rule", RULE.replace("tool-calls", "status-update")),
        ("rule", RULE + "steps: [ { action: number.link, with: { number: '+31850000001' } } ]"),
        ("rule", RULE + "steps: [ { action: number.link, with: { number: a, agent: b, colour: red } } ]"),
        ("rule", RULE + "steps: [ { action: number.lnik } ]"),
        ("rule", RULE + "steps: [ { action: memory.add, with: { scope: world, key: x } } ]"),
        ("rule", RULE + "steps: [ { action: memory.add, with: { scope: call, key: x, ttl: forever } } ]"),
        ("rule", RULE + "steps: [ { action: number.search, with: { limit: few } } ]"),
        ("test", CASE.replace("sample", "smaple")),
        ("test", CASE.replace("ran", "run")),
        ("test", CASE.replace("name", "title")),
        ("connections", "connections: { a: { provider: retell } }"),
        ("connections", "connections: { a: { provider: flireo, auth: [ { scheme: hmac } ] } }"),
        ("connections", "connections: { a: { provider: flireo, ceilings: { calls-started: many } } }"),
        ("connections", "connections: { a: { provider: flireo, colour: red } }"),
        ("vars", "hours: { monday-fry: open }"),
        ("vars", "night-agent: x"),
        ("numbers", "numbers: { desk: { 0850000001: { agent: x } } }"),
        ("numbers", "numbers: { desk: { +31850000001: { drift: mend } } }"),
        ("numbers", "numbers: { desk: { +31850000001: { agent: x, drift: mended } } }"),
        ("numbers", "numbers: { desk: { +31850000001: { otherwise: x, when: { hours: hours, agent: y } } } }"),
        ("numbers", "mode: shadow"),
    ],
)
def test_a_file_with_a_mistake_does_not_fit(kind: str, text: str) -> None:
    assert faults(kind, text) != []


@pytest.mark.parametrize(
    "with_",
    [
        "memory.add, with: { scope: call, key: x, ttl: 7d }",
        "memory.add, with: { scope: call, key: x, value: '${{ 1.0 }}', ttl: '${{ vars.ttl }}' }",
        "number.search, with: { limit: '${{ vars.most }}' }",
        "call.say, with: { content: x, end_after: '${{ vars.end }}' }",
        "number.link, with: { number: +31850000001, agent: '${{ vars.night_agent }}' }",
        "emit, with: { event: x, at: '${{ now }}', data: '${{ raw }}' }",
    ],
)
def test_any_parameter_may_be_computed(with_: str) -> None:
    assert faults("rule", RULE + f"steps: [ {{ action: {with_} }} ]") == []
