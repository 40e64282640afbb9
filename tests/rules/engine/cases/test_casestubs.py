from __future__ import annotations

import pytest

from rules.engine.cases.casestubs import Stub
from rules.engine.cases.testfile import Case, TestFile, read_tests
from tests.rules.engine.vocab import VOCABULARY, brief, rule_of

STEPS = "steps: [{ id: KEY, action: http.request, with: { url: 'https://x.example' } }]\n"
RULE = rule_of("description: x\non: status-update\n" + STEPS.replace("KEY", "customer"), name="own")
OTHER = rule_of("description: x\non: status-update\n" + STEPS.replace("KEY", "lookup"), name="other")
NAMED_HTTP = rule_of("description: x\non: status-update\n" + STEPS.replace("KEY", "http"), name="own")


def read(stubs: str, rule: object = RULE) -> TestFile:
    text = f"cases:\n  - name: n\n    event: {{ sample: s }}\n    stubs: {stubs}\n    expect: {{ outcome: ran }}\n"
    assert rule in (RULE, NAMED_HTTP)
    chosen = RULE if rule is RULE else NAMED_HTTP
    return read_tests("own", "own.test.yaml", text, chosen, VOCABULARY, [chosen, OTHER])


def case(stubs: str, rule: object = RULE) -> Case:
    file = read(stubs, rule)
    assert brief(file.findings) == []
    return file.cases[0]


def test_by_request() -> None:
    (one, two) = case(
        "{ http: [ { request: { method: GET, url: 'https://x.example/*', query: { a: 1 } }, body: { b: 2 } }, "
        "{ request: { url: '*' }, replies: [ { status: 500, delay: 1s }, { text: ok, headers: { x: y } } ] } ] }"
    ).http
    assert (one.place, one.line, one.pattern.method, one.pattern.query) == ("stubs.http[0]", 4, "GET", {"a": 1})
    assert one.replies == (Stub({"body": {"b": 2}}),)
    assert [(stub.reply.status, stub.reply.content, stub.delay) for stub in two.replies] == [
        (500, b"", 1.0),
        (200, b"ok", 0.0),
    ]
    assert two.replies[1].reply.headers == {"x": "y"}


def test_one_request_needs_no_list() -> None:
    assert len(case("{ http: { request: { url: '*' }, status: 404 } }").http) == 1


def test_a_step_may_be_called_http() -> None:
    made = case("{ http: [ { status: 404 }, { request: { url: '*' } } ] }", NAMED_HTTP)
    assert made.stubs == {"http": (Stub({"status": 404}),)}
    assert [stub.place for stub in made.http] == ["stubs.http[0]"]


def test_steps_of_other_rules() -> None:
    assert case("{ other.lookup: { status: 200 }, customer: { unavailable: down } }").stubs == {
        "other.lookup": (Stub({"status": 200}),),
        "customer": (Stub(unavailable="down"),),
    }


@pytest.mark.parametrize(
    ("stubs", "message"),
    [
        ("{ custmer: {} }", '4:14 unknown key "custmer"; did you mean "customer"?'),
        ("{ xyz: {} }", '4:14 unknown key "xyz"; rule own has customer'),
        ("{ other.lookp: {} }", '4:14 unknown key "other.lookp"; did you mean "other.lookup"?'),
        ("{ http: [ { status: 404 } ] }", "4:22 what stands under `http` needs `request`"),
        ("{ http: { request: {} } }", "4:31 `request` is empty"),
        ("{ http: { request: { ulr: x } } }", '4:33 unknown key "ulr"; did you mean "url"?'),
        ("{ http: { request: { method: FETCH } } }", "4:41 `method` is GET, HEAD, POST, PUT, PATCH or DELETE"),
        ("{ http: { request: { query: x } } }", "4:40 `query` must be a map"),
        ("{ http: { request: { url: x }, status: 99 } }", "4:51 `status` is an HTTP status, from 100 to 599"),
        ("{ http: { request: { url: x }, status: ok } }", "4:51 `status` must be a number, this is text"),
        ("{ http: { request: { url: x }, body: a, replies: [] } }", None),
        (
            "{ http: { request: { url: x }, status: 200, replies: [ { status: 200 } ] } }",
            "4:65 write either one answer",
        ),
        ("{ http: { request: { url: x }, replies: [ { stats: 1 } ] } }", '4:56 unknown key "stats"; did you mean'),
        ("{ customer: { status: ok } }", "4:34 `status` must be a number, this is text"),
    ],
)
def test_mistakes(stubs: str, message: str | None) -> None:
    said = brief(read(stubs).findings)
    assert any(line.startswith(message) for line in said) if message else said == [], said
    assert read(stubs).cases == () if message else read(stubs).cases
