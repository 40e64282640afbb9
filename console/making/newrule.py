"""The text of a new rule and of its test: commented, in shadow mode, and good enough for `check` and `test`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from console.reference.modelines import modeline
from rules.engine.vocabulary import ConnectionWords, Vocabulary

_HEAD = """\
# When this happens (on) and these conditions hold (if), do that (steps) and answer this (answer).
# After each change: hookswitch check, then hookswitch test.
description: Say in one sentence what {name} is for.
owner: support-ops
# In shadow mode a rule does nothing; `hookswitch explain EVENT {name}` shows what it would have done.
# Take the line away when you trust it.
mode: shadow
"""

_BODIES: Mapping[str, str] = {
    "end-of-call-report": """\
# What rules can listen to, and what they see of it: hookswitch events --schema
on: end-of-call-report
if:
  # Conditions run in order and stop at the first that is false. Functions: hookswitch functions
  - report.duration >= 600.0
steps:
  # What a step can do: hookswitch actions
  - action: log
    with:
      message: A call of ${{ report.duration }} seconds has ended.
""",
    "tool-calls": """\
# Which tool of the agent this rule runs. What rules see of it: hookswitch events tool-calls --schema
on:
  tool-calls: {tool}
if:
  # Conditions run in order and stop at the first that is false. Functions: hookswitch functions
  - call.from != ""
answer:
  # What the agent is told. Only one rule answers: the first, by priority and then by file name.
  result: Your number is ${{ call.from }}.
""",
    "assistant-request": """\
# A call comes in: who answers it? What rules see of it: hookswitch events assistant-request --schema
on: assistant-request
{connections}if:
  # Conditions run in order and stop at the first that is false. Functions: hookswitch functions
  - phone.country(call.from) == "BE"
answer:
  # The saved agent, changed a little. Only one rule answers: the first, by priority and then by file name.
  default: true
  max_duration: 15m
""",
    "schedule": """\
# When it runs by itself: minute hour day month weekday, local to the zone. Next times: hookswitch schedules
on:
  schedule: { cron: "0 18 * * MON-FRI", timezone: Europe/Amsterdam }
  # And by hand: hookswitch run {name}
  manual:
steps:
  # What a step can do: hookswitch actions. One that drives a platform names its `connection`.
  - action: log
    with:
      message: It was due at ${{ now }}.
""",
}
_TESTS: Mapping[str, str] = {
    "end-of-call-report": """\
cases:
  - name: a long call is noted
    event:
      fields: { report.duration: 900 }
    expect:
      outcome: ran
      calls:
        - step: step-1
          with: { message: A call of 900 seconds has ended. }
  - name: a short call is not
    event:
      fields: { report.duration: 60 }
    expect: { outcome: not_matched, stopped_at: "if[0]" }
""",
    "tool-calls": """\
cases:
  - name: a caller we can see
    event:
      fields: { tool.name: {tool}, call.from: "+31612340001" }
    expect:
      outcome: ran
      answer: { result: Your number is +31612340001. }
  - name: not an anonymous one
    event:
      fields: { tool.name: {tool} }
    expect: { outcome: not_matched, stopped_at: "if[0]" }
""",
    "assistant-request": """\
cases:
  - name: a caller from Belgium
    event:
      fields: { call.from: "+3292000001" }
    expect:
      outcome: ran
      answer: { default: true, max_duration: 900 }
  - name: not one from elsewhere
    event:
      fields: { call.from: "+31612340001" }
    expect: { outcome: not_matched, stopped_at: "if[0]" }
""",
    "schedule": """\
cases:
  - name: when it is due
    at: 2026-03-02T18:00:00+01:00
    expect:
      outcome: ran
      calls:
        - step: step-1
          with: { message: "It was due at 2026-03-02T17:00:00Z." }
  - name: by hand, whenever somebody likes
    at: 2026-03-01T09:00:00+01:00
    event: { kind: manual }
    expect:
      outcome: ran
      calls:
        - step: step-1
          with: { message: "It was due at 2026-03-01T08:00:00Z." }
""",
}

_ANSWERS: Mapping[str, frozenset[str]] = {"assistant-request": frozenset({"default", "max_duration"})}
"""Keys of a template's answer that not every platform can be told."""

TEMPLATES = tuple(_BODIES)
"""The kinds there is a template for."""


def rule_text(name: str, kind: str, folder: Path, connections: Iterable[str] = ()) -> str:
    """A rule of that name, to lie in that folder; `connections` are those that can be told its answer."""
    text = modeline("rule", folder) + _filled(_HEAD + _BODIES[kind], name)
    listed = ", ".join(connections)
    return text.replace("{connections}", f"connections: [{listed}]\n" if listed else "")


def can_be_told(vocabulary: Vocabulary, kind: str) -> list[str]:
    """The connections whose platform understands the answer of the template, in every generation it may have."""
    keys = _ANSWERS.get(kind, frozenset())
    return [name for name, words in vocabulary.connections.items() if _understands(words, kind, keys)]


def _understands(words: ConnectionWords, kind: str, keys: frozenset[str]) -> bool:
    told = words.answers.get(kind, {})
    return bool(words.incoming) and all(keys <= told.get(each, frozenset()) for each in words.incoming)


def test_text(name: str, kind: str, folder: Path) -> str:
    """Its test, to lie beside it."""
    return modeline("test", folder) + _filled(_TESTS[kind], name)


test_text.__test__ = False  # type: ignore[attr-defined]


def _filled(text: str, name: str) -> str:
    return text.replace("{name}", name).replace("{tool}", name.replace("-", "_"))
