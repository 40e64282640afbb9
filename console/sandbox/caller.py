"""What the caller gets out of a webhook's reply, read as strictly as each generation reads it. Pure.

A reply that the platform would not understand is never repaired here: the caller hears what is left, and the
reason is kept as a problem. Where the vendor's pages are silent (what a late or broken tool reply sounds like),
the agent apologises and goes on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from console.sandbox.courier import Reply
from console.sandbox.script import Generation

APOLOGY = "I am sorry, I could not find that out."
NO_ASSISTANT = "Could not get the assistant: the assistant request returned none."

Outcome = Literal["saved", "override", "hybrid", "rejected", "lost", "forwarded"]


@dataclass(frozen=True)
class Dialect:
    """How one generation spells what it reads from replies."""

    reply_id: str
    result_is_text: bool
    has_saved_config: bool
    duration_key: str
    first_message_key: str
    hybrid: bool = False
    """Whether a saved assistant can be named and partly overridden."""
    foreign_keys: frozenset[str] = frozenset()
    """Names of the other spelling: ignored without a word by the platform."""


DIALECTS: Mapping[Generation, Dialect] = {
    "g1": Dialect("toolCallId", True, False, "maxDurationSeconds", "firstMessage"),
    "g2": Dialect(
        "toolCallId",
        False,
        True,
        "maxDurationSeconds",
        "firstMessage",
        foreign_keys=frozenset({"first_message", "analysis_plan", "max_duration_seconds"}),
    ),
    "g3": Dialect(
        "tool_call_id",
        False,
        True,
        "max_duration_seconds",
        "first_message",
        hybrid=True,
        foreign_keys=frozenset(
            {"firstMessage", "analysisPlan", "maxDurationSeconds", "assistantId", "assistantOverride"}
        ),
    ),
}


@dataclass(frozen=True)
class Pickup:
    """Who answers the phone. `words` is what a rejected or forwarded caller is told, or why the call was lost."""

    outcome: Outcome
    assistant_id: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    max_duration: float | None = None
    words: str = ""
    knows: str = ""
    """What the agent is told beside its configuration."""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class ToolResults:
    """What each asked tool brought, by its id; a missing id brought nothing the agent could use."""

    results: Mapping[str, str]
    problems: tuple[str, ...] = ()


class Unreadable(ValueError):
    """The reply is not what the platform can use; `args[0]` says what it is instead."""


def read_pickup(generation: Generation, reply: Reply) -> Pickup:
    """Read the reply to an assistant-request."""
    dialect = DIALECTS[generation]
    try:
        body = json_object(reply)
    except Unreadable as error:
        return _without_reply(dialect, f"assistant-request: {error}")
    return _saved_or_changed(dialect, body) if dialect.has_saved_config else _external(dialect, body)


def accepted(reply: Reply) -> None:
    """Raises Unreadable unless a 2xx came in time: all that is asked of an event whose reply is not read."""
    if not reply.in_time:
        raise Unreadable(reply.error)
    if not 200 <= reply.status < 300:
        raise Unreadable(f"the reply's status was {reply.status}")


def json_object(reply: Reply) -> dict[str, Any]:
    """The reply's body as an object; raises Unreadable."""
    accepted(reply)
    try:
        body = json.loads(reply.body)
    except ValueError as error:
        raise Unreadable("the reply was not JSON") from error
    if not isinstance(body, dict):
        raise Unreadable("the reply was JSON but not an object")
    return body


def _without_reply(dialect: Dialect, problem: str) -> Pickup:
    if dialect.has_saved_config:
        return Pickup("saved", problems=(problem,))
    return Pickup("lost", words=NO_ASSISTANT, problems=(problem,))


def _external(dialect: Dialect, body: Mapping[str, Any]) -> Pickup:
    config = body.get("assistant")
    if not isinstance(config, dict) or not config:
        return _without_reply(dialect, "assistant-request: the reply has no `assistant` object, the call is lost")
    missing = [key for key in ("model", "voice") if not isinstance(config.get(key), dict)]
    problems = tuple(
        f"assistant-request: `assistant` is not a full configuration, it has no `{key}`" for key in missing
    )
    return Pickup("override", config=config, max_duration=_seconds(config.get(dialect.duration_key)), problems=problems)


def _saved_or_changed(dialect: Dialect, body: Mapping[str, Any]) -> Pickup:
    problems = tuple(_unread_keys(dialect, body))
    error = body.get("error")
    if isinstance(error, str) and error:
        return Pickup("rejected", words=error, problems=problems)
    duration = _seconds(body.get(dialect.duration_key))
    if dialect.hybrid and isinstance(body.get("assistant_id"), str):
        return Pickup("hybrid", body["assistant_id"], _object(body, "assistant_override"), duration, problems=problems)
    config = _object(body, "assistant")
    return Pickup("override" if config else "saved", config=config, max_duration=duration, problems=problems)


def _unread_keys(dialect: Dialect, body: Mapping[str, Any]) -> list[str]:
    read = {"assistant", "error", dialect.duration_key}
    read |= {"assistant_id", "assistant_override"} if dialect.hybrid else set()
    unread = [f"`{key}`" for key in body if key not in read]
    for holder in ("assistant", "assistant_override"):
        inside = _object(body, holder)
        unread += [f"`{holder}.{key}`" for key in inside if key in dialect.foreign_keys | {dialect.duration_key}]
    return [f"assistant-request: {name} is not read by this generation, it has no effect" for name in unread]


def _object(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def _seconds(value: Any) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return float(value) if usable else None


def read_tool_results(generation: Generation, reply: Reply, asked: Sequence[str]) -> ToolResults:
    """Read the reply to tool-calls; `asked` are the ids in the request."""
    dialect = DIALECTS[generation]
    try:
        body = json_object(reply)
    except Unreadable as error:
        return ToolResults({}, (f"tool-calls: {error}",))
    if isinstance(body.get("results"), list):
        return _listed(dialect, body["results"], asked)
    if dialect.result_is_text:
        return ToolResults({}, ("tool-calls: the reply has no `results` list",))
    return _single(body, asked)


def _listed(dialect: Dialect, items: Sequence[Any], asked: Sequence[str]) -> ToolResults:
    results: dict[str, str] = {}
    problems: list[str] = []
    for item in items:
        try:
            tool_id, text = _one_result(dialect, item, asked)
        except Unreadable as error:
            problems.append(f"tool-calls: {error}")
        else:
            results[tool_id] = text
    problems += [f"tool-calls: {tool_id} was not answered" for tool_id in asked if tool_id not in results]
    return ToolResults(results, tuple(problems))


def _one_result(dialect: Dialect, item: Any, asked: Sequence[str]) -> tuple[str, str]:
    if not isinstance(item, dict):
        raise Unreadable("an entry of `results` is not an object")
    tool_id = item.get(dialect.reply_id)
    if not isinstance(tool_id, str):
        raise Unreadable(f"an entry of `results` has no `{dialect.reply_id}`")
    if tool_id not in asked:
        raise Unreadable(f"{tool_id} was answered but never asked")
    if "result" not in item:
        raise Unreadable(f"{tool_id} has no `result`")
    if dialect.result_is_text and not isinstance(item["result"], str):
        raise Unreadable(f"the result of {tool_id} is not a string")
    return tool_id, spoken(item["result"])


def _single(body: Mapping[str, Any], asked: Sequence[str]) -> ToolResults:
    if len(asked) != 1:
        return ToolResults({}, (f"tool-calls: {len(asked)} tools were asked and the reply names none of them",))
    value = next((body[key] for key in ("result", "error") if key in body), body)
    return ToolResults({asked[0]: spoken(value)})


def spoken(result: Any) -> str:
    """A result as the agent would word it: text as it is, anything else read out plainly."""
    if isinstance(result, str):
        return result
    if isinstance(result, dict):
        return ", ".join(f"{key.replace('_', ' ')}: {spoken(value)}" for key, value in result.items())
    if isinstance(result, list):
        return ", ".join(spoken(value) for value in result)
    return json.dumps(result)
