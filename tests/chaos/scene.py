"""The rules and connections of the bad day, and what must come of every event under them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SECRET = "chaos-webhook-secret"
TOKEN = "chaos-path-token"
KEY = "fl_live_chaos"
FALLBACK = "I am still looking that up."
MEMORY_KEY = "chaos"

RETRY = "retry: { tries: 60, first: 300ms, factor: 1.3, max_age: 1d }"


def _post(step: str, more: str = "", timeout: str = "2s", retry: str = RETRY) -> str:
    return f"""
  - id: {step}
    action: http.request
    with:
      url: ${{{{ vars.far_side }}}}/effects/{step}
      body: {{ marker: '${{{{ call.from }}}}', event: '${{{{ event.id }}}}' }}
      {more}
    timeout: {timeout}
    {retry}
"""


_COUNT = f"""
  - id: count
    action: memory.add
    with: {{ scope: caller, key: {MEMORY_KEY} }}
    {RETRY}
"""

RULES: Mapping[str, str] = {
    "pick_up": f"""
description: Whoever calls is greeted by number, in the words of the newest generation.
on: assistant-request
connections: [desk_g3]
steps:{_post("pick_up")}{_COUNT}
answer:
  default: true
  override: {{ first_message: 'Hello ${{{{ call.from }}}}.' }}
""",
    "pick_up_second": f"""
description: The same in the words of generation two.
on: assistant-request
connections: [desk_g2]
steps:{_post("pick_up")}{_COUNT}
answer:
  default: true
  override: {{ firstMessage: 'Hello ${{{{ call.from }}}}.' }}
""",
    "pick_up_first": f"""
description: The same in the words of generation one.
on: assistant-request
connections: [desk_g1]
steps:{_post("pick_up")}{_COUNT}
answer:
  config: {{ firstMessage: 'Hello ${{{{ call.from }}}}.', model: {{ name: m }}, voice: {{ name: v }} }}
""",
    "look_up": f"""
description: A tool that is slower than its rule allows, now and then.
on: {{ tool-calls: look_up }}
steps:{_post("look_up")}{_COUNT}
answer: {{ result: 'Found ${{{{ call.from }}}}.' }}
within: 2500ms
meanwhile: {{ result: 'One moment ${{{{ call.from }}}}.' }}
late: inject
""",
    "watch_tools": f"""
description: Every tool call is noted; what would hold it back never does, since each call is one of its own.
on: tool-calls
concurrency: {{ key: event.id, max: 1, mode: queue }}
limit: {{ key: event.id, count: 1, per: 1h }}
once: {{ key: event.id }}
steps:{_post("watched")}
""",
    "follow_up": f"""
description: A status update leads to a note and to an event of our own.
on: status-update
steps:{_post("noted")}{_COUNT}
  - id: told
    action: emit
    with: {{ event: followed, data: {{ marker: '${{{{ call.from }}}}' }} }}
    {RETRY}
""",
    "followed": f"""
description: The event of our own is noted too.
on: {{ event: followed }}
steps:{_post("followed").replace("call.from", "data.marker")}
""",
    "report": f"""
description: A note, something that must not come twice, and three letters.
on: end-of-call-report
steps:{_post("reported")}{_post("once", "in_doubt: park")}{_COUNT}{_post("letter")}
    for_each: '${{{{ ["a", "b", "c"] }}}}'
""",
    "mended": f"""
description: The rule whose file is broken now and then.
on: end-of-call-report
steps:{_post("mended")}
""",
}
BREAKABLE = "mended"
BROKEN = "description: A typing mistake.\non: end-of-call-report\nif: call.form != ''\nsteps: []\n"
EDITABLE = ("follow_up", "report", "look_up", "pick_up", "watch_tools")
PAUSABLE = ("rule:follow_up", "rule:report", "rule:look_up", "connection:desk_g2", "all")


@dataclass(frozen=True)
class Expected:
    """What one rule does for one event when it runs to its end."""

    effects: Mapping[str, int]
    """Step → how many effects at the far side."""
    counts: bool = False
    """Whether it counts its caller in memory: once for each event."""
    emits: bool = False
    answers: bool = False
    parks: frozenset[str] = frozenset()
    """Steps that may never happen twice, whatever is in doubt."""

    @property
    def steps(self) -> frozenset[str]:
        """All of its steps."""
        return frozenset([*self.effects, *(["count"] if self.counts else ()), *(["told"] if self.emits else ())])


EXPECTED: Mapping[tuple[str, str], Mapping[str, Expected]] = {
    ("assistant-request", "g3"): {"pick_up": Expected({"pick_up": 1}, counts=True, answers=True)},
    ("assistant-request", "g2"): {"pick_up_second": Expected({"pick_up": 1}, counts=True, answers=True)},
    ("assistant-request", "g1"): {"pick_up_first": Expected({"pick_up": 1}, counts=True, answers=True)},
    **{
        (kind, generation): rules
        for generation in ("g1", "g2", "g3")
        for kind, rules in {
            "tool-calls": {
                "look_up": Expected({"look_up": 1}, counts=True, answers=True),
                "watch_tools": Expected({"watched": 1}),
            },
            "status-update": {"follow_up": Expected({"noted": 1}, counts=True, emits=True)},
            "end-of-call-report": {
                "report": Expected({"reported": 1, "once": 1, "letter": 3}, counts=True, parks=frozenset({"once"})),
                "mended": Expected({"mended": 1}),
            },
        }.items()
    },
    ("emitted", ""): {"followed": Expected({"followed": 1})},
}
"""Kind and generation of an event → the rules that act on it."""


def write_rules(folder: Path, far_side: str) -> None:
    """Put the rules in force."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vars.yaml").write_text(f"far_side: {far_side}\n")
    for name, text in RULES.items():
        (folder / f"{name}.yaml").write_text(text.lstrip())


def write_connections(path: Path, far_side: str) -> None:
    """One connection for each generation, all of them called back at the far side."""
    api = f"api: {{ base_url: {far_side}/flireo, key: {KEY} }}"
    auth = {"g1": f"{{ scheme: path_token, secret: {TOKEN} }}"}
    fallback = {"g1": "{ config: { firstMessage: Good day., model: { name: m }, voice: { name: v } } }"}
    text = "connections:\n"
    for generation in ("g1", "g2", "g3"):
        text += (
            f"  desk_{generation}:\n    provider: flireo\n    generation: {generation}\n"
            f"    auth: [{auth.get(generation, f'{{ scheme: hmac, secret: {SECRET} }}')}]\n    {api}\n"
            f"    fallback:\n      assistant-request: {fallback.get(generation, '{ default: true }')}\n"
            f'      tool-calls: {{ result: "{FALLBACK}" }}\n'
        )
    path.write_text(text)
