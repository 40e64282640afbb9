"""How long `check` and `test` take over many rules, on one core.

.venv/bin/python benchmarks/check.py [RULES] [--profile]
"""

# ruff: noqa: S106, T201 - a script that prints; its secret is none

from __future__ import annotations

import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from console.rulebook import SampleRoom
from rules.engine.cases.testing import run_tests
from rules.engine.checks.check import check_folder
from store.connections import AuthEntry, Connection
from workers.vocabulary import vocabulary

AUTH = (AuthEntry(scheme="hmac", secret="check"),)
CONNECTIONS = {"front_desk": Connection(name="front_desk", provider="flireo", generation="g3", auth=AUTH)}
VARS = """\
timezone: Europe/Amsterdam
hours: { mon-fri: "09:00-18:00", sat: closed }
night_agent: asst_night
crm: https://crm.example.com
"""
TURN = """\
description: Callers of number {n} outside opening hours reach the night agent.
owner: support-ops
on: assistant-request
if:
  - call.to == "+3185{n:07}"
  - '!open_now(vars.hours, now)'
answer:
  assistant: ${{{{ vars.night_agent }}}}
"""
TOOL = """\
description: Look the caller of tool {n} up and note the visit.
owner: billing-ops
on:
  tool-calls: tool_{n}
if: call.from != ""
steps:
  - id: customer
    action: http.request
    with:
      url: ${{{{ vars.crm }}}}/customers
      query:
        phone: ${{{{ call.from }}}}
      accept: [404]
    timeout: 2s
  - action: log
    if: steps.customer.body.?email.orValue("") != ""
    with:
      message: visit of ${{{{ steps.customer.body.email }}}}
answer:
  - if: steps.customer.status == 200
    result: Welcome back, ${{{{ steps.customer.body.?name.orValue("customer") }}}}.
  - result: I cannot find you.
within: 4s
"""
REPORT = """\
description: A long call is noted, case {n}.
owner: quality
on: end-of-call-report
if:
  - report.duration > {n}.0
  - call.from.startsWith("+31")
steps:
  - action: http.request
    with:
      url: ${{{{ vars.crm }}}}/notes
      body: {{ phone: '${{{{ call.from }}}}', minutes: '${{{{ report.duration / 60.0 }}}}' }}
    retry: {{ tries: 8, first: 5s, max_age: 6h }}
"""
CASES = {
    TURN: """\
cases:
  - name: in the evening
    at: 2026-03-02T19:00:00+01:00
    event: { sample: flireo/assistant-request__g3, set: { call.to: "+3185NNNNNNN" } }
    expect: { outcome: ran, answer: { assistant: asst_night } }
  - name: in the afternoon
    at: 2026-03-02T15:00:00+01:00
    event: { sample: flireo/assistant-request__g3, set: { call.to: "+3185NNNNNNN" } }
    expect: { outcome: not_matched }
""",
    TOOL: """\
cases:
  - name: a customer
    event: { sample: flireo/tool-calls__g2, set: { tool.name: tool_N, call.from: "+31612340001" } }
    stubs: { customer: { status: 200, body: { name: Ada, email: ada@example.com } } }
    expect: { outcome: ran, answer: { result: "Welcome back, Ada." } }
  - name: a stranger
    event: { sample: flireo/tool-calls__g2, set: { tool.name: tool_N, call.from: "+31612340001" } }
    stubs: { customer: { status: 404 } }
    expect: { answer: { result: I cannot find you. } }
""",
    REPORT: """\
cases:
  - name: a short call
    event: { sample: flireo/end-of-call-report__g3, set: { report.duration: 0 } }
    expect: { outcome: not_matched }
""",
}


def write_rules(folder: Path, count: int) -> None:
    """Rules of three kinds, each with its tests."""
    (folder / "vars.yaml").write_text(VARS, encoding="utf-8")
    for n in range(count):
        text = (TURN, TOOL, REPORT)[n % 3]
        cases = CASES[text].replace("NNNNNNN", f"{n:07}").replace("tool_N", f"tool_{n}")
        (folder / f"rule_{n:04}.yaml").write_text(text.format(n=n), encoding="utf-8")
        (folder / f"rule_{n:04}.test.yaml").write_text(cases, encoding="utf-8")


def timed(what: str, work: Callable[[], object], profile: bool) -> None:
    """Say how long it took, and where the time went."""
    profiler = cProfile.Profile()
    began = time.perf_counter()
    if profile:
        profiler.runcall(work)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(25)
    else:
        work()
    print(f"{what:<32}{time.perf_counter() - began:8.2f} s")


def main() -> None:
    """Write, check, test."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, profile = (numbers or [500])[0], "--profile" in sys.argv
    words = vocabulary(CONNECTIONS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rules(folder, count)
        findings = check_folder(folder, words)
        print("".join(f"{finding.text}\n" for finding in findings[:5]), end="")
        timed(f"check {count} rules with tests", lambda: check_folder(folder, words), profile)
        timed(f"test {count} rules", lambda: run_tests(folder, words, SampleRoom(CONNECTIONS)), profile)


if __name__ == "__main__":
    main()
