"""The reply to assistant-request: which assistant takes the call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from receiver.providers.overrides import laid_over, longest_call
from receiver.providers.payload import jsonable

KEYS: Mapping[str, frozenset[str]] = {
    "g1": frozenset({"config", "override", "max_duration"}),
    "g2": frozenset({"config", "default", "reject", "override", "max_duration"}),
    "g3": frozenset({"assistant", "config", "default", "reject", "override", "metadata", "max_duration"}),
}

Body = dict[str, Any]

_TYPES: Mapping[str, tuple[type, str]] = {
    "config": (dict, "an object"),
    "override": (dict, "an object"),
    "metadata": (dict, "an object"),
    "assistant": (str, "an id"),
    "reject": (str, "a sentence"),
}


def body(answer: Mapping[str, Any], generation: str, problems: list[str]) -> Body:
    """The reply in this generation's words; an empty object means the saved assistant, except to generation one."""
    wanted = _expressible(answer, generation, problems)
    return _WRITERS[generation](wanted, problems)


def _expressible(answer: Mapping[str, Any], generation: str, problems: list[str]) -> Body:
    wanted = {key: _json_or_none(value) for key, value in answer.items() if key in KEYS[generation]}
    problems += [f"{key} cannot be said to {generation}" for key in answer if key not in wanted]
    return {key: value for key, value in wanted.items() if _usable(key, value, problems)}


def _usable(key: str, value: Any, problems: list[str]) -> bool:
    type_, word = _TYPES.get(key, (object, ""))
    if isinstance(value, type_) and value != "":
        return True
    problems.append(f"{key} is not {word}")
    return False


def _json_or_none(value: Any) -> Any:
    try:
        return jsonable(value)
    except ValueError:
        return None


def _write_one(wanted: Body, problems: list[str]) -> Body:
    if not wanted.get("config"):
        problems.append("without a whole configuration g1 loses the call")
        return {}
    duration = longest_call(wanted, problems)
    limit = {"maxDurationSeconds": duration} if duration else {}
    return {"assistant": {**wanted["config"], **wanted.get("override", {}), **limit}}


def _write_two(wanted: Body, problems: list[str]) -> Body:
    if "reject" in wanted:
        return {"error": wanted["reject"]}
    assistant = {**wanted.get("config", {}), **wanted.get("override", {})}
    duration = longest_call(wanted, problems)
    return _present({"assistant": assistant, "maxDurationSeconds": duration})


def _write_three(wanted: Body, problems: list[str]) -> Body:
    if "reject" in wanted:
        return {"error": wanted["reject"]}
    parts = _with_metadata({**wanted.get("config", {}), **wanted.get("override", {})}, wanted.get("metadata", {}))
    duration = {"max_duration_seconds": longest_call(wanted, problems)}
    if "assistant" in wanted and "config" in wanted:
        problems.append("assistant is left out beside a config")
    elif "assistant" in wanted:
        return _present({"assistant_id": wanted["assistant"], "assistant_override": parts, **duration})
    return _present({"assistant": parts, **duration})


_WRITERS: Mapping[str, Callable[[Body, list[str]], Body]] = {
    "g1": _write_one,
    "g2": _write_two,
    "g3": _write_three,
}


def _with_metadata(parts: Body, metadata: Body) -> Body:
    """Metadata beside what the configuration has already; later events echo it."""
    if not metadata:
        return parts
    return {**parts, "metadata": laid_over(parts.get("metadata"), metadata)}


def _present(reply: Body) -> Body:
    return {key: value for key, value in reply.items() if value}
