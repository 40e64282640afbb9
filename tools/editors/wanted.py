"""What an editor is expected to show. `‸` stands where the cursor is."""

from __future__ import annotations

from dataclasses import dataclass

CURSOR = "‸"
_RULE = "description: x\non: tool-calls\n"
_STEP = "description: x\non: status-update\nsteps:\n  - action: "


@dataclass(frozen=True)
class Completion:
    """What is offered at the cursor, and what is not."""

    kind: str
    text: str
    offers: frozenset[str]
    never: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Hover:
    """What stands in the hover text at the cursor."""

    kind: str
    text: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Mistake:
    """A file with a mistake, the line on which it is shown, counted from 1, and a part of what is said."""

    kind: str
    text: str
    line: int
    says: str


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMPLETIONS = (
    Completion(
        "rule",
        "‸",
        _words("description owner on if steps answer within meanwhile limit once concurrency mode")
        | {"rule: run a tool", "rule: at set times"},
    ),
    Completion("rule", "description: x\n‸", _words("on if steps"), _words("description")),
    Completion(
        "rule",
        "description: x\non: ‸",
        _words("assistant-request tool-calls status-update end-of-call-report") | {"on: a schedule"},
        _words("schedule native"),
    ),
    Completion(
        "rule", "description: x\non:\n  ‸", _words("tool-calls status-update native event schedule") | {"on: a tool"}
    ),
    Completion("rule", "description: x\non:\n  status-update: ‸", _words("ringing in-progress ended failed")),
    Completion("rule", "description: x\non:\n  schedule:\n    ‸", _words("cron timezone catch_up")),
    Completion("rule", "description: x\nmode: ‸", _words("live shadow"), _words("true")),
    Completion("rule", _STEP + "‸", _words("http.request number.link memory.add call.say log")),
    Completion(
        "rule",
        "description: x\non: status-update\nsteps:\n  - ‸",
        _words("action id if retry for_each") | {"step: http.request", "step: number.link"},
        _words("description Hookswitch"),
    ),
    Completion(
        "rule",
        _STEP + "http.request\n    with:\n      ‸",
        _words("url method query headers body accept"),
        _words("agent scope"),
    ),
    Completion("rule", _STEP + "http.request\n    with:\n      method: ‸", _words("GET POST PUT DELETE")),
    Completion("rule", _STEP + "memory.add\n    with:\n      scope: ‸", _words("call caller"), _words("GET")),
    Completion(
        "rule",
        _STEP + "memory.add\n    with:\n      key: a\n      ‸",
        _words("scope ttl value"),
        _words("key url"),
    ),
    Completion("rule", _STEP + "http.request\n    ‸", _words("with id if timeout"), _words("action")),
    Completion("rule", _STEP + "log\n    retry:\n      ‸", _words("tries first factor max_age")),
    Completion("rule", _RULE + "answer:\n  ‸", _words("if result error say"), _words("assistant documents")),
    Completion("rule", _RULE + "answer:\n  - ‸", _words("if result error say"), _words("assistant documents")),
    Completion("rule", _RULE + "meanwhile:\n  ‸", _words("result error say"), _words("if assistant")),
    Completion(
        "rule",
        "description: x\non:\n  assistant-request:\nanswer:\n  ‸",
        _words("assistant config default reject transfer override max_duration"),
        _words("result"),
    ),
    Completion("test", "cases:\n  - ‸", _words("name at event stubs expect") | {"case: of a sample"}),
    Completion("test", "cases:\n  - name: x\n    event:\n      ‸", _words("sample payload fields set kind")),
    Completion("test", "cases:\n  - name: x\n    event:\n      sample: ‸", _words("flireo/tool-calls__g3")),
    Completion(
        "test",
        "cases:\n  - name: x\n    event:\n      fields:\n        ‸",
        _words("call.from tool.name report.duration"),
    ),
    Completion("test", "cases:\n  - name: x\n    expect:\n      ‸", _words("outcome answer calls stopped_at")),
    Completion("test", "cases:\n  - name: x\n    expect:\n      outcome: ‸", _words("ran failed not_matched")),
    Completion("vars", "‸", _words("timezone hours")),
    Completion("vars", "timezone: ‸", _words("Europe/Amsterdam")),
    Completion("vars", "hours:\n  ‸", frozenset({"opening hours"})),
    Completion(
        "connections",
        "connections:\n  a:\n    ‸",
        _words("provider generation auth api fallback"),
        _words("missing"),
    ),
    Completion("connections", "connections:\n  a:\n    provider: ‸", _words("flireo fluents opencx")),
    Completion(
        "connections",
        "connections:\n  a:\n    auth:\n      - scheme: ‸",
        _words("hmac standard path_token none"),
    ),
    Completion(
        "connections",
        "connections:\n  a:\n    fallback:\n      tool-calls:\n        ‸",
        _words("result error"),
        _words("assistant"),
    ),
)

HOVERS = (
    Hover("rule", _RULE + "with‸in: 4s\n", ("This rule's own deadline",)),
    Hover(
        "rule",
        "description: x\non: tool-‸calls\n",
        ("Which events the rule is about", "A platform waits for the `answer`"),
    ),
    Hover("rule", "description: x\non:\n  tool-‸calls: a\n", ("`tool.name`", "Expressions see")),
    Hover("rule", _STEP + "http.re‸quest\n", ("Send an HTTP request", "Idempotency-Key", "`status`")),
    Hover(
        "rule", _STEP + "call.s‸ay\n", ("Speak a sentence", "Platforms: flireo (g2, g3)", "Skipped when nobody knows")
    ),
    Hover("rule", _STEP + "memory.add\n    wi‸th: { scope: call }\n", ("Parameters: `scope` (required)",)),
    Hover("rule", _STEP + "memory.add\n    with: { t‸tl: 7d }\n", ("How long, from the first write",)),
    Hover("rule", _STEP + "number.search\n    with: { li‸mit: 3 }\n", ("When left out: `20`",)),
    Hover("rule", _STEP + "log\n    on_err‸or: stop\n", ("What happens when it fails for good", "`continue`")),
    Hover("rule", _RULE + "answer:\n  res‸ult: x\n", ("For tool-calls. Platforms: flireo (g1, g2, g3)",)),
    Hover("test", "cases:\n  - name: x\n    expect:\n      out‸come: ran\n", ("How the rule ended", "`not_matched`")),
    Hover("test", "cases:\n  - name: x\n    event:\n      fields: { call.fr‸om: x }\n", ("E.164",)),
    Hover("vars", "ho‸urs: { mon: closed }\n", ("Opening hours",)),
    Hover("connections", "connections:\n  a:\n    gen‸eration: g1\n", ("dialect", "`g3`")),
)

MISTAKES = (
    Mistake("rule", _RULE + "answer: { result: x }\ncolour: red\n", 4, "Property colour is not allowed"),
    Mistake("rule", "on: tool-calls\nanswer: { result: x }\n", 1, 'Missing property "description"'),
    Mistake("rule", _RULE, 1, "This rule does nothing"),
    Mistake("rule", "description: x\non: tool-call\nanswer: { result: x }\n", 2, '"tool-calls"'),
    Mistake(
        "rule", "description: x\non: { tool-call: x }\nanswer: { result: x }\n", 2, "Property tool-call is not allowed"
    ),
    Mistake("rule", "description: x\non: { call-ended: x }\nsteps: [ { action: number.list } ]\n", 2, "has no filter"),
    Mistake("rule", _STEP + "http.reqest\n", 4, '"http.request"'),
    Mistake("rule", _STEP + "http.request\n", 4, "http.request needs `with`: url"),
    Mistake(
        "rule", _STEP + "log\n    with:\n      message: x\n      colour: red\n", 7, "Property colour is not allowed"
    ),
    Mistake(
        "rule", _STEP + "memory.add\n    with:\n      scope: call\n      key: x\n      ttl: 7 days\n", 8, "a duration"
    ),
    Mistake("rule", _STEP + "number.search\n    with:\n      limit: many\n", 6, "a whole number, or computed"),
    Mistake("rule", _STEP + "log\n    with: { message: x }\n    timeout: 3 s\n", 6, "a duration"),
    Mistake("rule", _RULE + "answer:\n  assistant: x\n", 4, "Property assistant is not allowed"),
    Mistake("rule", _RULE + "answer:\n  say: x\n", 3, "An answer needs result or error"),
    Mistake("rule", _RULE + "answer:\n  result: x\n  error: y\n", 5, "cannot stand beside result"),
    Mistake("rule", "description: x\non: status-update\nanswer: { result: x }\n", 3, "Nobody waits"),
    Mistake("rule", "description: x\non: assistant-request\nanswer: { transfer: nobody }\n", 3, "+31850000001"),
    Mistake("rule", _RULE + "answer: { result: x }\npriority: high\n", 4, 'Expected "number"'),
    Mistake(
        "test", "cases:\n  - name: x\n    event: { sampel: a }\n    expect: { outcome: ran }\n", 3, "Property sampel"
    ),
    Mistake(
        "test", "cases:\n  - name: x\n    event: { sample: a }\n    expect: { outcome: run }\n", 4, '"not_matched"'
    ),
    Mistake("vars", "timezone: UTC\nhours: { mon: 9-18 }\n", 2, "This must be times such as"),
    Mistake("vars", "night-agent: x\n", 1, "letters, digits and _ only"),
    Mistake("connections", "connections:\n  a:\n    provider: flirio\n", 3, '"flireo"'),
    Mistake(
        "connections", "connections:\n  a:\n    provider: flireo\n    auth: [ { scheme: hmac } ]\n", 4, "needs a secret"
    ),
)
