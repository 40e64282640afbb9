"""A small vocabulary: enough kinds, actions and connections to try every check of the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rules.engine.findings import Finding
from rules.engine.loading.load import Loaded, load_folder
from rules.engine.loading.readrule import LoadedRule, read_context, read_rule
from rules.engine.loading.variables import read_vars
from rules.engine.playing.events import EventView, ToolView
from rules.engine.rule import Rule
from rules.engine.vocabulary import ActionWords, ConnectionWords, KindWords, OnlySecrets, Vocabulary
from workers.actions.httpstubs import rehearse_request


class Params(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class HttpParams(Params):
    url: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    body: Any = None
    accept: list[int] = []


class NotifyParams(Params):
    to: str
    title: str = ""
    body: str = ""


class PageParams(Params):
    to: Annotated[str | list[str], OnlySecrets()]


class MemoryParams(Params):
    scope: Literal["call", "caller"]
    key: str
    value: Any = 1
    ttl: str | None = None


class EmitParams(Params):
    event: str
    at: str | None = None
    data: dict[str, Any] = {}


class LogParams(Params):
    message: str
    level: Literal["debug", "info", "warning", "error"] = "info"


class LinkParams(Params):
    number: str
    agent: str


class StartParams(Params):
    agent: str
    to: str
    from_: str = Field("", alias="from")


class SayParams(Params):
    text: str


_COMMON = {
    "event.id": "string",
    "event.kind": "string",
    "event.native": "string",
    "event.connection": "string",
    "event.provider": "string",
    "event.name": "string",
    "event.received_at": "timestamp",
    "event.occurred_at": "timestamp",
    "now": "timestamp",
    "raw": "map",
}
_CALL = {
    **{f"call.{name}": "string" for name in ("id", "from", "to", "direction", "status", "ended_reason")},
    "call.metadata": "map",
}
_TOOL = {"tool.id": "string", "tool.name": "string", "tool.arguments": "map"}
_REPORT = {
    "report.summary": "string",
    "report.transcript": "string",
    "report.duration": "number",
    "report.cost": "number",
    "report.analysis": "map",
    "report.messages": "list",
}
_ASSISTANT_KEYS = frozenset(
    {"assistant", "config", "default", "reject", "transfer", "override", "variables", "metadata", "max_duration"}
)
_TOOL_KEYS = frozenset({"result", "error", "say"})

KINDS = {
    kind.name: kind
    for kind in (
        KindWords("assistant-request", "a call comes in", _COMMON | _CALL, waits=True, answer_keys=_ASSISTANT_KEYS),
        KindWords(
            "tool-calls",
            "the agent runs tools",
            _COMMON | _CALL | _TOOL,
            waits=True,
            filter="tool.name",
            answer_keys=_TOOL_KEYS,
        ),
        KindWords(
            "transfer-request",
            "",
            _COMMON | _CALL,
            waits=True,
            answer_keys=frozenset({"transfer", "assistant", "error", "say"}),
        ),
        KindWords("knowledge-request", "", _COMMON | _CALL, waits=True, answer_keys=frozenset({"documents", "say"})),
        KindWords("dial-request", "", _COMMON | _CALL, waits=True, answer_keys=frozenset({"allow"})),
        KindWords("status-update", "a call changed", _COMMON | _CALL, filter="call.status"),
        KindWords("end-of-call-report", "a call ended", _COMMON | _CALL | _REPORT),
        KindWords("schedule", "a schedule is due", _COMMON),
        KindWords("emitted", "a rule emitted", _COMMON | _CALL | {"data": "map"}, filter="event.name"),
        KindWords("manual", "run by hand", _COMMON | {"data": "map"}),
        KindWords("unknown", "", _COMMON | _CALL),
    )
}

_LINKS = {"flireo": frozenset({"g1", "g2", "g3"}), "fluents": frozenset({""})}
ACTIONS = {
    action.name: action
    for action in (
        ActionWords(
            "http.request",
            "ask or tell another system",
            HttpParams,
            {"status": "number", "headers": "map", "body": "dyn", "text": "string"},
            rehearse=rehearse_request,
        ),
        ActionWords("notify", "tell people", NotifyParams),
        ActionWords("page", "wake somebody", PageParams),
        ActionWords("emit", "emit an event", EmitParams, {"event": "string"}),
        ActionWords("log", "write a line", LogParams),
        ActionWords("memory.set", "remember", MemoryParams, {"value": "dyn"}),
        ActionWords("memory.add", "count", MemoryParams, {"value": "number"}),
        ActionWords("memory.forget", "forget", MemoryParams, {"value": "dyn"}),
        ActionWords("number.link", "link a number", LinkParams, {"id": "string"}, providers=_LINKS),
        ActionWords("call.start", "call somebody", StartParams, {"id": "string"}, in_doubt="verify", providers=_LINKS),
        ActionWords("sms.send", "send a text", NotifyParams, {"id": "string"}, in_doubt="park"),
        ActionWords(
            "call.say",
            "speak",
            SayParams,
            in_doubt="skip",
            providers={"flireo": frozenset({"g2", "g3"})},
            needs_call=True,
        ),
        ActionWords(
            "call.inject", "", SayParams, in_doubt="skip", providers={"flireo": frozenset({"g3"})}, needs_call=True
        ),
    )
}

_FLIREO_ANSWERS = {
    "assistant-request": {
        "g1": frozenset({"assistant", "default"}),
        "g2": _ASSISTANT_KEYS - {"transfer"},
        "g3": _ASSISTANT_KEYS,
    },
    "tool-calls": {name: frozenset({"result", "error"}) for name in ("g1", "g2", "g3")},
}
FRONT_DESK = ConnectionWords(
    "front_desk",
    "flireo",
    "g3",
    ("g1", "g2", "g3"),
    _FLIREO_ANSWERS,
    {"assistant-request": 4.0, "tool-calls": 8.0},
)
OLD_DESK = replace(FRONT_DESK, name="old_desk", generation="auto")
OUTBOUND = ConnectionWords("outbound", "opencx", "auto", ("",))

VOCABULARY = Vocabulary(
    KINDS,
    ACTIONS,
    {"front_desk": FRONT_DESK},
    frozenset({"crm_token", "mail_account"}),
    {"flireo": frozenset({"assistant-request", "tool-calls", "speech-update"})},
)
WIDE = replace(VOCABULARY, connections={words.name: words for words in (FRONT_DESK, OLD_DESK, OUTBOUND)})

VARS = """\
timezone: Europe/Amsterdam
night_agent: asst_night
support_numbers: ["+31850000001", "+31850000002"]
most: 3
crm: https://crm.example.com
hours: { mon-fri: "09:00-18:00", sat: closed, 2026-12-25: closed }
"""

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


def load_text(
    text: str | bytes,
    name: str = "ask_email",
    vocabulary: Vocabulary = VOCABULARY,
    vars_text: str = VARS,
    assistants: dict[str, str] | None = None,
) -> LoadedRule:
    """One rule file, as if it lay in rules/live."""
    context = read_context(vocabulary, read_vars(vars_text, "rules/live/vars.yaml"), assistants or {})
    return read_rule(name, f"rules/live/{name}.yaml", text, context)


def rule_of(text: str, **more: Any) -> Rule:
    """A rule that must be usable."""
    loaded = load_text(text, **more)
    assert loaded.rule is not None, [finding.text for finding in loaded.findings]
    return loaded.rule


def brief(findings: tuple[Finding, ...] | list[Finding]) -> list[str]:
    """Findings as `line:column message`."""
    return [f"{finding.line}:{finding.column} {finding.message}" for finding in findings]


def found(text: str | bytes, **more: Any) -> list[str]:
    """What is wrong with a rule file."""
    return brief(load_text(text, **more).findings)


def write_folder(folder: Path, files: dict[str, str]) -> Path:
    """A rules folder with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, files: dict[str, str], vocabulary: Vocabulary = VOCABULARY) -> Loaded:
    """Write a folder and load it."""
    return load_folder(write_folder(folder, files), vocabulary)


def call_values(**more: Any) -> dict[str, Any]:
    """The values of an event with a call; write `call_to="..."` for call.to."""
    values: dict[str, Any] = {
        "event.id": "evt_1",
        "event.kind": "assistant-request",
        "event.native": "assistant-request",
        "event.connection": "front_desk",
        "event.provider": "flireo",
        "event.name": "",
        "event.received_at": NOW,
        "event.occurred_at": NOW,
        "now": NOW,
        "raw": {},
        "call.id": "call_1",
        "call.from": "+31612340001",
        "call.to": "+31850000001",
        "call.direction": "inbound",
        "call.status": "ringing",
        "call.ended_reason": "",
        "call.metadata": {},
    }
    return values | {name.replace("_", ".", 1).replace("from_", "from"): value for name, value in more.items()}


def event(kind: str = "assistant-request", **values: Any) -> EventView:
    """An event of that kind on the front desk."""
    extra = {"report.duration": 0.0, "report.summary": "", "report.messages": []} if "report" in kind else {}
    return EventView(
        "evt_1", kind, kind, "front_desk", "flireo", "g3", values=call_values(event_kind=kind, **values) | extra
    )


def tool_view(name: str = "send_invoice", id_: str = "tool_1", **arguments: Any) -> ToolView:
    """One tool call."""
    return ToolView(id_, name, {"tool.id": id_, "tool.name": name, "tool.arguments": arguments})


def tool_event(*tools: ToolView) -> EventView:
    """A tool-calls event."""
    return replace(event("tool-calls"), tools=tools or (tool_view(),))
